//! What a status means, per call: the one place for how registries really answer.
//! [Distribution specification, "Error Codes" and "Listing Referrers"](https://github.com/opencontainers/distribution-spec/blob/main/spec.md).
//!
//! | call | status | means | seen at |
//! |---|---|---|---|
//! | image | 404 | image not found | every registry |
//! | image | 401, 403 | failed, with the word about credentials | Docker Hub answers 401 for repositories that do not exist |
//! | referrers | 404 | not supported | docker-registry 2, GitLab, GHCR (`MANIFEST_UNKNOWN`) |
//! | referrers | 400, 405, 406, 501 | not supported | ECR, older Artifactory, Nexus and proxies |
//! | referrers | 3xx to another host | not supported | GHCR answers 303 to github.com |
//! | referrers | 200, not an index | not supported | web front ends that answer every path |
//! | referrers | 401, 403 | failed | the image could be read: it is no matter of rights that we know |
//! | derived tag | 404 | absent | every registry |
//! | derived tag | 403 | absent where the image was readable, else failed | Artifactory |
//! | derived tag | 401 | the same where a token was granted, since then the image was readable with it; else failed | Docker Hub |
//! | all | 408, 429, 5xx, time-out, truncated | failed, after retries | |
//!
//! In a repository that holds evidence and no image nothing was read before, so that 401 and 403 are failures there.
//! Absent can only make the gate refuse. What is 200 and yet no answer (GitLab's fallback tag gives the subject itself)
//! is seen from the body, in `collect`.

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// the manifest that the reference names
    Image,
    /// a manifest that another document names by digest
    Manifest,
    DerivedTag,
    Referrers,
    Blob,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Here,
    Absent,
    /// absent, if the image could be read in the same repository
    Hidden,
    NotSupported,
    ImageNotFound,
    Failed,
}

/// How we stand with the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Anonymous,
    /// it took our credentials, or gave us a token
    Granted,
}

pub(super) fn meaning(call: Call, status: u16, standing: Standing) -> Meaning {
    match (call, status, standing) {
        (_, 200, _) => Meaning::Here,
        (Call::Image, 404, _) => Meaning::ImageNotFound,
        (Call::DerivedTag, 404, _) => Meaning::Absent,
        (Call::DerivedTag, 403, _) | (Call::DerivedTag, 401, Standing::Granted) => Meaning::Hidden,
        (Call::Referrers, 400 | 404 | 405 | 406 | 501, _) => Meaning::NotSupported,
        _ => Meaning::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clear_answers_mean_that_there_is_nothing() {
        let granted = |call, status| meaning(call, status, Standing::Granted);
        for call in [
            Call::Image,
            Call::Manifest,
            Call::DerivedTag,
            Call::Referrers,
            Call::Blob,
        ] {
            assert_eq!(granted(call, 200), Meaning::Here);
            for status in [204, 206, 302, 408, 418, 429, 500, 502, 503, 504] {
                assert_eq!(granted(call, status), Meaning::Failed, "{call:?} {status}");
            }
        }
        assert_eq!(granted(Call::Image, 404), Meaning::ImageNotFound);
        assert_eq!(granted(Call::Image, 401), Meaning::Failed);
        assert_eq!(granted(Call::Manifest, 404), Meaning::Failed);
        assert_eq!(granted(Call::Blob, 404), Meaning::Failed);
        assert_eq!(granted(Call::DerivedTag, 401), Meaning::Hidden);
        assert_eq!(meaning(Call::DerivedTag, 401, Standing::Anonymous), Meaning::Failed);
        assert_eq!(meaning(Call::DerivedTag, 403, Standing::Anonymous), Meaning::Hidden);
        assert_eq!(granted(Call::DerivedTag, 404), Meaning::Absent);
        assert_eq!(granted(Call::DerivedTag, 400), Meaning::Failed);
        assert_eq!(granted(Call::Referrers, 405), Meaning::NotSupported);
        assert_eq!(granted(Call::Referrers, 401), Meaning::Failed);
        assert_eq!(granted(Call::Referrers, 403), Meaning::Failed);
    }
}
