use portcullis::component::Component; use portcullis::wit::basics; use portcullis::wit::request::*; use std::time::Instant;
fn main() {
    let dir = "/work/shared/fixtures/keyless/v1/blobs/sha256/";
    let b = std::fs::read(format!("{dir}71fadb0201b29e11b2f5930d1ddfb2cb64d31df6174d6264e1f2540cc5a28ba1")).unwrap();
    let nf = |n: &str, c: Vec<u8>| NamedFile { name: n.into(), content: c };
    let img = std::env::args().nth(1).unwrap();
    let m = std::fs::read(format!("{dir}{img}")).unwrap();
    let req = |n: usize| Request { policy: PolicySource { document: nf("", vec![]), pinned: None, files: vec![], roots: vec![],
        trust_override: vec![nf("lab", std::fs::read("/work/shared/fixtures/trust/lab-trusted-root.json").unwrap())] },
        mode: basics::Mode::Enforce, image: Image { reference: "x/y:1".into(), name: "x/y".into(), tag: None, resolved: Ok(format!("sha256:{img}")) },
        time: 1795305600 + 86400, blobs: vec![Blob { digest: format!("sha256:{img}"), content: m.clone() }], lookups: vec![], unreadable: vec![],
        bundles: (0..n).map(|i| { let mut c = b.clone(); c.extend(std::iter::repeat_n(b' ', i)); nf(&format!("{i}"), c) }).collect() };
    let mut best = [f64::MAX; 4];
    for _ in 0..15 {
        let t = Instant::now(); let c = Component::load().unwrap(); best[0] = best[0].min(t.elapsed().as_secs_f64());
        let t = Instant::now(); let _ = c.inspect(&req(0)); best[1] = best[1].min(t.elapsed().as_secs_f64());
        let t = Instant::now(); let _ = c.inspect(&req(1)); best[2] = best[2].min(t.elapsed().as_secs_f64());
        let t = Instant::now(); let r = c.inspect(&req(21)); best[3] = best[3].min(t.elapsed().as_secs_f64());
        if best[0] == 0.0 { println!("{r:?}") }
    }
    match Component::load().unwrap().inspect(&req(1)) { Ok(e) => println!("{} {:?}", e.len(), format!("{:?}", e).chars().take(300).collect::<String>()), Err(e) => println!("{e}: {e:?}") }
    println!("load {:.3} empty {:.3} one {:.3} each {:.3} ms", best[0]*1e3, best[1]*1e3, best[2]*1e3, (best[3]-best[2])/20.0*1e3);
}
