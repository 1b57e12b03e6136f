//! One page of the referrers API and the way to the next:
//! [distribution specification, "Listing Referrers"](https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers).

use ureq::http::header;

use super::transport::Answer;
use super::url::{Url, UrlError};
use crate::document::{Refusal, listed};
use crate::media_type;
use crate::wit::request::Descriptor;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PageError {
    #[error("the answer is no index of referrers: {0}")]
    Document(Refusal),
    #[error("cannot use the link to the next page")]
    Link(#[source] UrlError),
    #[error("the next page is on another host, `{found}`")]
    OtherHost { found: String },
    #[error("the next page `{found}` was read before")]
    Loop { found: String },
}

/// Whether it is an answer of this API at all, by its Content-Type: web front ends answer every path with a page.
pub(super) fn is_index(answer: &Answer) -> bool {
    let essence = answer.header(header::CONTENT_TYPE).map(media_type::essence);
    essence.is_none_or(|essence| media_type::is_index(&essence) || essence == "application/json")
}

pub(super) fn descriptors(answer: &Answer) -> Result<Vec<Descriptor>, PageError> {
    listed(&answer.body).map_err(PageError::Document)
}

/// "If the number of items exceeds the limit, … a Link header … MUST be included": of the same origin, and never one of
/// before.
pub(super) fn next(answer: &Answer, here: &Url, before: &[Url]) -> Result<Option<Url>, PageError> {
    let Some(target) = answer
        .headers
        .get_all(header::LINK)
        .iter()
        .filter_map(|value| next_link(value.to_str().ok()?))
        .next()
    else {
        return Ok(None);
    };
    let url = here.join(target).map_err(PageError::Link)?;
    if !url.same_origin(here) {
        return Err(PageError::OtherHost { found: url.host() });
    }
    if url == *here || before.contains(&url) {
        return Err(PageError::Loop { found: url.to_string() });
    }
    Ok(Some(url))
}

/// [RFC 8288 3](https://www.rfc-editor.org/rfc/rfc8288#section-3): `<target>; rel="next"`.
fn next_link(value: &str) -> Option<&str> {
    value.split('<').skip(1).find_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let mut parameters = parameters.split([';', ',']).map(str::trim);
        let is_next = |parameter: &str| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"').eq_ignore_ascii_case("next")
        };
        parameters.any(is_next).then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_next_link() {
        assert_eq!(
            next_link(r#"</v2/a/referrers/x?n=2>; rel="next""#),
            Some("/v2/a/referrers/x?n=2")
        );
        assert_eq!(next_link("</p>; rel=prev, </n>; type=\"x\"; rel=next"), Some("/n"));
        assert_eq!(next_link("</p>; rel=prev"), None);
        assert_eq!(next_link("garbage"), None);
    }
}
