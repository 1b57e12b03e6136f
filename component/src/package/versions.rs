//! Conditions on versions: `<2.17.1`, `>=1.2 <1.4`. How versions are ordered is a matter of the ecosystem; where it is not
//! known, only equality is, and any other question has no answer rather than a guess.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::Ecosystem;
use crate::limits;

/// Which versions a policy means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// Also a version that nobody names.
    Any,
    /// One of the ranges must hold.
    Among(Vec<Range>),
}

/// All conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range(Vec<Condition>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    operator: Operator,
    version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionsError {
    Empty,
    TooLong,
    /// `^`, `~`, `!=` and the like.
    Operator(String),
    /// An operator without a version.
    Lone(String),
    /// No version in the ecosystem of the package.
    Version {
        ecosystem: Ecosystem,
        version: String,
    },
    /// Order in an ecosystem whose order is not known.
    Unordered {
        kind: String,
    },
}

/// Whether a version is among those meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inside {
    Yes,
    No,
    CannotSay,
}

impl Versions {
    /// Ranges of one policy entry, each as it is written.
    pub fn among(ranges: &[&str]) -> Result<Self, VersionsError> {
        let ranges: Vec<Range> = ranges.iter().map(|range| range.parse()).collect::<Result<_, _>>()?;
        match ranges.is_empty() {
            true => Err(VersionsError::Empty),
            false => Ok(Self::Among(ranges)),
        }
    }

    fn ranges(&self) -> &[Range] {
        match self {
            Self::Any => &[],
            Self::Among(ranges) => ranges,
        }
    }

    /// Whether these conditions can be judged for packages of this type.
    pub fn check(&self, kind: &str) -> Result<(), VersionsError> {
        let ecosystem = Ecosystem::of(kind);
        for condition in self.ranges().iter().flat_map(|range| &range.0) {
            match ecosystem {
                Some(ecosystem) if ecosystem.compare(&condition.version, &condition.version).is_none() => {
                    return Err(VersionsError::Version {
                        ecosystem,
                        version: condition.version.clone(),
                    });
                }
                None if condition.operator != Operator::Equal => {
                    return Err(VersionsError::Unordered { kind: kind.to_owned() });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A version that is not known is among any, and cannot be compared with some.
    pub(crate) fn contain(&self, version: Option<&str>, ecosystem: Option<Ecosystem>) -> Inside {
        let Self::Among(ranges) = self else {
            return Inside::Yes;
        };
        let Some(version) = version else {
            return Inside::CannotSay;
        };
        let judged: Vec<Inside> = ranges.iter().map(|range| range.contains(version, ecosystem)).collect();
        match judged {
            judged if judged.contains(&Inside::Yes) => Inside::Yes,
            judged if judged.contains(&Inside::CannotSay) => Inside::CannotSay,
            _ => Inside::No,
        }
    }
}

impl Range {
    fn contains(&self, version: &str, ecosystem: Option<Ecosystem>) -> Inside {
        let judged: Vec<Inside> = self
            .0
            .iter()
            .map(|condition| condition.holds(version, ecosystem))
            .collect();
        match judged {
            judged if judged.contains(&Inside::No) => Inside::No,
            judged if judged.contains(&Inside::CannotSay) => Inside::CannotSay,
            _ => Inside::Yes,
        }
    }
}

impl Condition {
    fn holds(&self, version: &str, ecosystem: Option<Ecosystem>) -> Inside {
        let ordering = match ecosystem {
            _ if version.len() > limits::NAME_BYTES => None,
            Some(ecosystem) => ecosystem.compare(version, &self.version),
            None if self.operator == Operator::Equal && version == self.version => Some(Ordering::Equal),
            None if self.operator == Operator::Equal => return Inside::No,
            None => None,
        };
        match ordering.map(|ordering| self.operator.admits(ordering)) {
            Some(true) => Inside::Yes,
            Some(false) => Inside::No,
            None => Inside::CannotSay,
        }
    }
}

impl Operator {
    const ALL: [(&str, Self); 5] = [
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Equal),
    ];

    fn admits(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Equal => ordering.is_eq(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Greater => ordering.is_gt(),
        }
    }
}

impl FromStr for Range {
    type Err = VersionsError;

    fn from_str(text: &str) -> Result<Self, VersionsError> {
        if text.len() > limits::PATTERN_BYTES {
            return Err(VersionsError::TooLong);
        }
        let parts = text.split([' ', ',']).filter(|part| !part.is_empty());
        let conditions: Vec<Condition> = parts.map(Condition::from_str).collect::<Result<_, _>>()?;
        match conditions.is_empty() {
            true => Err(VersionsError::Empty),
            false => Ok(Self(conditions)),
        }
    }
}

impl FromStr for Condition {
    type Err = VersionsError;

    fn from_str(text: &str) -> Result<Self, VersionsError> {
        let written = Operator::ALL.into_iter().find(|(sign, _)| text.starts_with(sign));
        let (operator, version) = match written {
            Some((sign, operator)) => (operator, &text[sign.len()..]),
            None => (Operator::Equal, text),
        };
        if version.is_empty() {
            return Err(VersionsError::Lone(text.to_owned()));
        }
        let first = version.chars().next().unwrap_or_default();
        if !first.is_alphanumeric() || version.contains(['*', '|', '<', '>', '=', '!']) {
            return Err(VersionsError::Operator(text.to_owned()));
        }
        Ok(Self {
            operator,
            version: version.to_owned(),
        })
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::Any {
            return f.write_str("any version");
        }
        for (at, range) in self.ranges().iter().enumerate() {
            if at > 0 {
                f.write_str(" or ")?;
            }
            let conditions: Vec<String> = range.0.iter().map(Condition::to_string).collect();
            f.write_str(&conditions.join(" "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signs = Operator::ALL;
        let sign = signs.iter().find(|(_, operator)| *operator == self.operator);
        write!(f, "{}{}", sign.map_or("", |(sign, _)| sign), self.version)
    }
}

impl fmt::Display for VersionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("no version"),
            Self::TooLong => f.write_str("a range that is too long"),
            Self::Operator(found) => write!(f, "`{found}` is no condition on a version"),
            Self::Lone(sign) => write!(f, "`{sign}` stands without a version"),
            Self::Version { ecosystem, version } => write!(f, "`{version}` is no version of {}", ecosystem.name()),
            Self::Unordered { kind } => write!(f, "versions of `{kind}` packages cannot be ordered"),
        }
    }
}

impl std::error::Error for VersionsError {}

impl VersionsError {
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unordered { .. } => {
                "name the versions themselves, `versions: [1.2.0, 1.2.1]`; npm, cargo, golang, hex, pypi and deb have an order"
            }
            Self::Lone(_) => "write the sign and the version without a space, `<2.17.1`",
            _ => "`<2.17.1`, `>=1.2.0 <1.4.0`, or a list of which one must hold; signs are `<`, `<=`, `=`, `>=`, `>`",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(ranges: &[&str], version: &str, kind: &str) -> Inside {
        Versions::among(ranges)
            .unwrap()
            .contain(Some(version), Ecosystem::of(kind))
    }

    #[test]
    fn each_ecosystem_has_its_order() {
        assert_eq!(inside(&["<2.0.0"], "2.0.0-rc.1", "npm"), Inside::Yes);
        assert_eq!(inside(&["<1.10.0"], "1.9.0", "cargo"), Inside::Yes);
        assert_eq!(inside(&["<1.10.0"], "v1.9.0+incompatible", "golang"), Inside::Yes);
        assert_eq!(inside(&["=1.9.0"], "v1.9.0+incompatible", "golang"), Inside::Yes);
        assert_eq!(inside(&["<2.32.0"], "2.9", "pypi"), Inside::Yes);
        assert_eq!(inside(&["=2.0"], "2.0.0", "pypi"), Inside::Yes);
        assert_eq!(inside(&["<3.0.11-1~deb12u2"], "3.0.11-1~deb12u1", "deb"), Inside::Yes);
        assert_eq!(inside(&["<1:1.0"], "2.0", "deb"), Inside::Yes);
    }

    #[test]
    fn ranges_join_by_and_and_lists_by_or() {
        assert_eq!(inside(&[">=1.2.0 <1.4.0"], "1.3.9", "npm"), Inside::Yes);
        assert_eq!(inside(&[">=1.2.0, <1.4.0"], "1.4.0", "npm"), Inside::No);
        assert_eq!(inside(&["<1.0.0", ">=3.0.0"], "3.0.0", "npm"), Inside::Yes);
    }

    #[test]
    fn no_order_no_answer() {
        assert_eq!(inside(&["<2.17.1"], "2.14.0", "maven"), Inside::CannotSay);
        assert_eq!(inside(&["2.14.0"], "2.14.0", "maven"), Inside::Yes);
        assert_eq!(inside(&["2.14.0"], "2.14.1", "maven"), Inside::No);
        assert_eq!(inside(&["<2.0.0"], "latest", "npm"), Inside::CannotSay);
        assert_eq!(inside(&["<2.0.0"], &"1.".repeat(1000), "deb"), Inside::CannotSay);
    }

    #[test]
    fn what_is_no_range_fail() {
        let error = |text: &str| Versions::among(&[text]).unwrap_err();
        assert_eq!(error(" "), VersionsError::Empty);
        for text in ["^1.2", "~1.2", "!=1", "==1", "1.*", "*", "<1||>2", ">=<1"] {
            assert!(matches!(error(text), VersionsError::Operator(_)), "{text}");
        }
        assert_eq!(error("< 2"), VersionsError::Lone("<".to_owned()));
        let check = |text: &str, kind| Versions::among(&[text]).unwrap().check(kind).unwrap_err();
        assert!(matches!(check("<2.17", "npm"), VersionsError::Version { .. }));
        assert!(matches!(check("<2.17.1", "maven"), VersionsError::Unordered { .. }));
    }
}
