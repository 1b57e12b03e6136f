//! Requests with less in them, and the same sets of omissions in every run.

use portcullis_component::wit::request::{Blob, Lookup, Outcome, Request};

/// A small generator (xorshift64*): the same sets every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % end
    }
}

/// Everything that can be left out, as changes by number.
pub fn omissions(request: &Request) -> usize {
    request.blobs.len() + request.lookups.len() + descriptors(request).len()
}

fn descriptors(request: &Request) -> Vec<(usize, usize)> {
    let listed = |(at, lookup): (usize, &Lookup)| match &lookup.outcome {
        Outcome::Found(found) => (0..found.len()).map(|entry| (at, entry)).collect(),
        _ => Vec::new(),
    };
    request.lookups.iter().enumerate().flat_map(listed).collect()
}

/// Without these: a blob is gone, a look-up found nothing, a descriptor is not listed.
pub fn without(request: &Request, left_out: &[usize]) -> Request {
    let mut request = request.clone();
    let (blobs, lookups) = (request.blobs.len(), request.lookups.len());
    let entries = descriptors(&request);
    let mut gone: Vec<_> = left_out
        .iter()
        .filter_map(|at| entries.get(at.checked_sub(blobs + lookups)?))
        .collect();
    gone.sort_unstable_by(|left, right| right.cmp(left));
    gone.dedup();
    for (lookup, entry) in gone {
        if let Outcome::Found(found) = &mut request.lookups[*lookup].outcome {
            found.remove(*entry);
        }
    }
    for at in left_out
        .iter()
        .filter_map(|at| at.checked_sub(blobs))
        .filter(|at| *at < lookups)
    {
        request.lookups[at].outcome = Outcome::Absent("404".to_owned());
    }
    let kept = |(at, blob): (usize, Blob)| (!left_out.contains(&at)).then_some(blob);
    request.blobs = std::mem::take(&mut request.blobs)
        .into_iter()
        .enumerate()
        .filter_map(kept)
        .collect();
    request
}
