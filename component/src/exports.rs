//! The component's exports, which hand everything on.

use crate::wit::diagnostics::Error;
use crate::wit::evaluator::Guest;
use crate::wit::evidence::Evidence;
use crate::wit::extraction::{Extraction, Selection};
use crate::wit::report::Report;
use crate::wit::request::{PolicySource, Request};
use crate::wit::requirements::Requirements;
use crate::wit::trust::{Description, Fault, Fetched, Repository, Step};
use crate::{evaluate, policy, trust};

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

    fn update_trust(repository: Repository, fetched: Vec<Fetched>, time: i64) -> Result<Step, Fault> {
        trust::update(&repository, &fetched, time)
    }

    fn show_trust(repository: Repository) -> Result<Description, Fault> {
        trust::show(&repository)
    }
}

crate::wit::export_gate!(Component with_types_in crate::wit);
