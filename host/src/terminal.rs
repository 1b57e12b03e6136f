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
    /// Our own variable before <https://no-color.org> before <https://bixense.com/clicolors> before what the device is.
    pub fn decide(environment: &Environment, device: Device) -> Self {
        match environment.variable("PORTCULLIS_COLOR") {
            Some("always") => return Self::Always,
            Some("never") => return Self::Never,
            _ => {}
        }
        let dumb = environment.variable("TERM") == Some("dumb");
        if environment.variable("NO_COLOR").is_some() {
            return Self::Never;
        }
        match environment.variable("CLICOLOR_FORCE") {
            Some(value) if value != "0" => Self::Always,
            _ if environment.variable("CLICOLOR") == Some("0") => Self::Never,
            _ if device == Device::Terminal && !dumb => Self::Always,
            _ => Self::Never,
        }
    }
}

/// Words of `PORTCULLIS_COLOR`.
pub const COLOURS: [&str; 3] = ["auto", "always", "never"];

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
        let own = Environment::from_iter([("PORTCULLIS_COLOR", "always"), ("NO_COLOR", "1")]);
        assert_eq!(Colour::decide(&own, Device::File), Colour::Always);
        let off = Environment::from_iter([("PORTCULLIS_COLOR", "never"), ("CLICOLOR_FORCE", "1")]);
        assert_eq!(Colour::decide(&off, Device::Terminal), Colour::Never);
        let auto = Environment::from_iter([("PORTCULLIS_COLOR", "auto"), ("CLICOLOR", "0")]);
        assert_eq!(Colour::decide(&auto, Device::Terminal), Colour::Never);
        let both = Environment::from_iter([("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")]);
        assert_eq!(Colour::decide(&both, Device::File), Colour::Always);
        let dumb = Environment::from_iter([("TERM", "dumb")]);
        assert_eq!(Colour::decide(&dumb, Device::Terminal), Colour::Never);
    }
}
