//! What the component is granted: two functions, both pure. Rust's standard library makes it name a score of WASI
//! interfaces; whatever else of them it calls is a trap.

use wasmtime::StoreContextMut;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentType, Lift, Linker, Lower};

use super::State;

const WALL_CLOCK: &str = "wasi:clocks/wall-clock@";
const INSECURE_SEED: &str = "wasi:random/insecure-seed@";

/// Seconds by which the component's clock is ahead of the request's: two machines of one pipeline differ by as much, and a
/// signature made a moment ago elsewhere is not from the future. The component knows it too (`limits::CLOCK_SKEW`).
const CLOCK_SKEW: i64 = 60;

/// For hash maps inside the component. A constant, for the same report from the same request; what it iterates it sorts.
const SEED: (u64, u64) = (0x706f_7274_6375_6c6c, 0x6973_2d67_6174_6521);

/// `wasi:clocks/wall-clock.datetime`
#[derive(ComponentType, Lower, Lift, Clone, Copy)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// Links the two in the version that the component names, and traps for the rest.
pub fn link(linker: &mut Linker<State>, component: &Component) -> wasmtime::Result<()> {
    let engine = linker.engine().clone();
    let named = component.component_type();
    for (name, item) in named.imports(&engine) {
        if !matches!(item.ty, ComponentItem::ComponentInstance(_)) {
            continue;
        }
        if name.starts_with(WALL_CLOCK) {
            linker.instance(name)?.func_wrap("now", now)?;
        } else if name.starts_with(INSECURE_SEED) {
            linker
                .instance(name)?
                .func_wrap("insecure-seed", |_, (): ()| Ok((SEED,)))?;
        }
    }
    linker.define_unknown_imports_as_traps(component)
}

fn now(store: StoreContextMut<'_, State>, (): ()) -> wasmtime::Result<(Datetime,)> {
    let seconds = store.data().time.saturating_add(CLOCK_SKEW);
    // A time before 1970 has no form here. The component refuses such a request by its own `time`.
    Ok((Datetime {
        seconds: u64::try_from(seconds).unwrap_or(0),
        nanoseconds: 0,
    },))
}
