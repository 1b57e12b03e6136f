//! The small pieces that every part of the page is made of.

use super::markup::{Element, Html, tag};
use crate::emit::words;
use crate::say;
use crate::untrusted::Say;
use crate::wit::basics::{Severity, Verdict};
use crate::wit::report::Effect;

/// Bytes of the remarks on one thing.
const NOTES: usize = 20_000;

/// `deny`, in a frame whose line differs too, so that it is not told by colour alone.
pub fn verdict(verdict: Verdict) -> Element {
    tag("span")
        .attribute("class", &say!["verdict ", words::verdict(verdict)])
        .text(words::verdict(verdict))
}

/// The word, and a mark that is longer the more severe it is.
pub fn severity(severity: Severity) -> Element {
    tag("span")
        .attribute("class", &say!["severity ", words::severity(severity)])
        .text(words::severity(severity))
}

/// What a finding does, in words.
pub fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Denies => "denies",
        Effect::LeavesUndecided => "leaves undecided",
        Effect::Informs => "informs",
        Effect::Waived => "waived",
    }
}

/// Digests, references, identities: what is compared character by character, and wraps anywhere.
pub fn code(text: &(impl Say + ?Sized)) -> Element {
    tag("code").text(text)
}

/// Whatever a policy or this program says in words.
pub fn paragraph(class: &'static str, text: &(impl Say + ?Sized)) -> Element {
    tag("p").class(class).text(text)
}

/// A list of terms and what is to be said of them; what is empty is left out.
#[derive(Debug, Default)]
pub struct Facts(Html);

impl Facts {
    pub fn put(mut self, term: &'static str, value: impl Into<Html>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.0.push(tag("dt").text(term));
            self.0.push(tag("dd").put(value));
        }
        self
    }

    pub fn text(self, term: &'static str, value: &(impl Say + ?Sized)) -> Self {
        self.put(term, Html::text(value))
    }

    pub fn code(self, term: &'static str, value: &(impl Say + ?Sized)) -> Self {
        let value = value.say();
        let shown = (!value.is_empty()).then(|| code(&value));
        self.put(term, shown)
    }
}

impl From<Facts> for Html {
    fn from(facts: Facts) -> Self {
        match facts.0.is_empty() {
            true => Self::default(),
            false => tag("dl").put(facts.0).into(),
        }
    }
}

/// `2026-11-22T14:00:00Z` for programs, `2026-11-22 14:00:00 UTC` for people.
pub fn time(seconds: i64) -> Element {
    let exact = words::time(seconds);
    let shown = match exact.split_once('T') {
        Some((day, rest)) => say![day, " ", rest.trim_end_matches('Z'), " UTC"],
        None => say![exact],
    };
    tag("time").attribute("datetime", &exact).text(&shown)
}

/// `2026-11-22`.
pub fn day(seconds: i64) -> Element {
    let exact = words::time(seconds);
    let day = exact.split_once('T').map_or(exact.as_str(), |(day, _)| day);
    tag("time").attribute("datetime", day).text(day)
}

/// What fits into `bytes`, and how many do not.
pub fn fit<I: Into<Html>>(bytes: usize, pieces: impl IntoIterator<Item = I>) -> (Html, usize) {
    let (mut shown, mut pieces) = (Html::default(), pieces.into_iter());
    for piece in pieces.by_ref() {
        let piece = piece.into();
        if shown.len() + piece.len() > bytes {
            return (shown, 1 + pieces.count());
        }
        shown.push(piece);
    }
    (shown, 0)
}

/// Says that something is not on the page, and where it is.
pub fn cut(count: usize, noun: &'static str) -> Option<Element> {
    let text = || {
        say![
            "And ",
            words::count(count, noun),
            " more, left out to keep this page small: a JSON report of the run has all of them."
        ]
    };
    (count > 0).then(|| paragraph("cut", &text()))
}

/// What a proof does not cover, and the like.
pub fn notes(remarks: &[String]) -> Html {
    let note = |remark| tag("li").text(&say!["Note: ", remark]);
    let (shown, left_out) = fit(NOTES, remarks.iter().map(note));
    let mut html = Html::from((!shown.is_empty()).then(|| tag("ul").class("notes").put(shown)));
    html.push(cut(left_out, "note"));
    html
}

/// A list of what fits, and how many do not.
pub fn list<I: Into<Html>>(
    class: &'static str,
    bytes: usize,
    noun: &'static str,
    items: impl IntoIterator<Item = I>,
) -> Html {
    let (shown, left_out) = fit(bytes, items.into_iter().map(|item| tag("li").put(item)));
    let list = (!shown.is_empty()).then(|| tag("ul").class(class).put(shown));
    let mut html = Html::from(list);
    html.push(cut(left_out, noun));
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted() {
        let (shown, left_out) = fit(12, ["aaaa", "bbbb", "cccc", "dd"].map(Html::text));
        assert_eq!((shown.as_str(), left_out), ("aaaabbbbcccc", 1));
        assert_eq!(cut(0, "image").map(Html::from), None);
        assert!(Html::from(cut(2, "image")).as_str().contains("And 2 images more"));
    }

    #[test]
    fn times_outside_the_calendar_stay_numbers() {
        assert_eq!(
            Html::from(time(i64::MAX)).as_str(),
            format!("<time datetime=\"{0}\">{0}</time>", i64::MAX)
        );
    }
}
