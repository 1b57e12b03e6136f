//! The component's exports, which hand everything on.

use crate::wit::diagnostics::Error;
use crate::wit::evaluator::Guest;
use crate::wit::evidence::Evidence;
use crate::wit::report::Report;
use crate::wit::request::{PolicySource, Request};
use crate::wit::requirements::Requirements;

struct Component;

impl Guest for Component {
    fn requirements(_policy: PolicySource, _images: Vec<String>) -> Result<Requirements, Error> {
        Err(Error::Request("not built yet".to_owned()))
    }

    fn evaluate(_request: Request) -> Result<Report, Error> {
        Err(Error::Request("not built yet".to_owned()))
    }

    fn inspect(_request: Request) -> Result<Vec<Evidence>, Error> {
        Err(Error::Request("not built yet".to_owned()))
    }
}

crate::wit::export_gate!(Component with_types_in crate::wit);
