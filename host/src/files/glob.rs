//! Globs over paths and references: `*` inside a segment, `**` any number of whole segments, all else is literal; the same
//! as in a policy.

/// Whether the whole of `text` matches.
pub fn matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<&str>, Vec<&str>) = (glob.split('/').collect(), text.split('/').collect());
    // reached[n]: the first n segments of the text can be had by the glob so far
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for segment in glob {
        let mut next = vec![false; text.len() + 1];
        for (position, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            match segment {
                "**" => next[position..].fill(true),
                _ if text.get(position).is_some_and(|text| segment_matches(segment, text)) => next[position + 1] = true,
                _ => {}
            }
        }
        reached = next;
    }
    reached[text.len()]
}

fn segment_matches(glob: &str, text: &str) -> bool {
    let mut parts = glob.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(position) => rest = &rest[position + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stay_inside_their_segments() {
        for (glob, text, expected) in [
            ("deploy/*.yaml", "deploy/api.yaml", true),
            ("deploy/*.yaml", "deploy/a/b.yaml", false),
            ("deploy/**", "deploy/a/b.yaml", true),
            ("deploy/**", "deploy", true),
            ("**/test/**", "a/test/b.yaml", true),
            ("**/test/**", "a/testing/b.yaml", false),
            ("*", "a/b", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "abc", true),
            ("a*c", "ac", true),
            ("a*a", "a", false),
            ("$CI_REGISTRY_IMAGE*", "$CI_REGISTRY_IMAGE:1", true),
            ("", "a", false),
            ("**/**/**/**/x", "a/a/a/a/a/a/a/a/y", false),
        ] {
            assert_eq!(matches(glob, text), expected, "{glob} {text}");
        }
    }
}
