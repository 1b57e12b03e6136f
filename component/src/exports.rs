//! The component's exports, which hand everything on.

use crate::wit::diagnostics::Error;
use crate::wit::evaluator::Guest;
use crate::wit::evidence::Evidence;
use crate::wit::extraction::{Extraction, Selection};
use crate::wit::report::Report;
use crate::wit::request::{PolicySource, Request};
use crate::wit::requirements::Requirements;
use crate::{evaluate, policy};

struct Component;

impl Guest for Component {
    fn requirements(source: PolicySource, images: Vec<String>) -> Result<Requirements, Error> {
        policy::requirements(&source, &images)
    }

    fn evaluate(request: Request) -> Result<Report, Error> {
        evaluate::evaluate(&request)
    }

    fn inspect(request: Request) -> Result<Vec<Evidence>, Error> {
        evaluate::inspect(&request)
    }

    fn extract(request: Request, selection: Selection) -> Result<Extraction, Error> {
        evaluate::extract(&request, &selection)
    }
}

crate::wit::export_gate!(Component with_types_in crate::wit);
