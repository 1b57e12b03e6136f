//! What the output goes to: whether it shows colours, and how wide it is.

use crate::ci::Environment;

/// Columns where nothing says otherwise.
pub const WIDTH: usize = 80;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colour {
    #[default]
    Never,
    Always,
}

/// What standard output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    Terminal,
    File,
}

impl Colour {
    /// <https://no-color.org> before <https://bixense.com/clicolors> before what the device is.
    pub fn decide(environment: &Environment, device: Device) -> Self {
        let dumb = environment.variable("TERM") == Some("dumb");
        if environment.variable("NO_COLOR").is_some() {
            return Self::Never;
        }
        match environment.variable("CLICOLOR_FORCE") {
            Some(value) if value != "0" => Self::Always,
            _ if device == Device::Terminal && !dumb => Self::Always,
            _ => Self::Never,
        }
    }
}

/// Columns from `COLUMNS` where a shell exports it, within what can be read.
pub fn width(environment: &Environment) -> usize {
    let columns = environment.variable("COLUMNS").and_then(|columns| columns.parse().ok());
    columns.unwrap_or(WIDTH).clamp(40, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colour_wins_over_force_and_force_over_the_device() {
        let none = Environment::default();
        assert_eq!(Colour::decide(&none, Device::Terminal), Colour::Always);
        assert_eq!(Colour::decide(&none, Device::File), Colour::Never);
        let forced = Environment::from_iter([("CLICOLOR_FORCE", "1")]);
        assert_eq!(Colour::decide(&forced, Device::File), Colour::Always);
        let both = Environment::from_iter([("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]);
        assert_eq!(Colour::decide(&both, Device::Terminal), Colour::Never);
        let dumb = Environment::from_iter([("TERM", "dumb")]);
        assert_eq!(Colour::decide(&dumb, Device::Terminal), Colour::Never);
    }
}
