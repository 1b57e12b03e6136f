//! `portcullis completions`: scripts for shells, made from the definition of the command line.

use clap_complete::Shell;

use super::{UsageError, definition};

pub const NAMES: [&str; 4] = ["bash", "zsh", "fish", "powershell"];

pub fn script(name: Option<&String>) -> Result<String, UsageError> {
    let shell = match name.map(String::as_str) {
        Some("bash") => Shell::Bash,
        Some("zsh") => Shell::Zsh,
        Some("fish") => Shell::Fish,
        Some("powershell") => Shell::PowerShell,
        _ => return Err(UsageError::NoShell),
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut definition::command(), "portcullis", &mut script);
    Ok(String::from_utf8_lossy(&script).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_has_its_script() {
        for name in NAMES {
            let script = script(Some(&name.to_owned())).unwrap();
            for word in ["extract", "trusted-root", "cluster-image-policy"] {
                assert!(script.contains(word), "{name}: {word}");
            }
        }
        assert_eq!(script(None), Err(UsageError::NoShell));
    }
}
