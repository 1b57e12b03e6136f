//! What names images: arguments, a list, files of the repository.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use super::{CheckAction, Images, PolicyChoice, UsageError};
use crate::files::{FileOptions, ImagePath};
use crate::run::{Source, Weakening};

pub fn images(matches: &ArgMatches, action: CheckAction, policy: &PolicyChoice) -> Result<Images, UsageError> {
    let images = Images {
        references: all(matches, "image"),
        file: matches.get_one::<String>("images-file").map(PathBuf::from),
        files: files(matches)?,
        expected: expected(matches)?,
    };
    // a policy file may name images itself
    let flags = matches!(policy, PolicyChoice::Flags(_));
    if images.is_empty() && flags && action == CheckAction::Check {
        return Err(UsageError::NoImage { command: "check" });
    }
    let piped = |path: &Path| path == Path::new("-");
    if images.file.as_deref().is_some_and(piped) && images.files.paths.iter().any(|path| piped(path)) {
        return Err(UsageError::Conflict {
            option: "--images-file -".to_owned(),
            other: "--files -".to_owned(),
        });
    }
    Ok(images)
}

/// What is left out is not judged.
pub fn weakenings(matches: &ArgMatches) -> Vec<Weakening> {
    let of = |option: &'static str, effect: &'static str| {
        let used = move |glob: String| Weakening {
            option: format!("--{option} {glob}"),
            source: Source::CommandLine,
            effect: effect.to_owned(),
        };
        all(matches, option).into_iter().map(used)
    };
    of("exclude", "files of such a path are not read for images")
        .chain(of("exclude-image", "images that files name so are not judged"))
        .collect()
}

fn files(matches: &ArgMatches) -> Result<FileOptions, UsageError> {
    let paths: Vec<PathBuf> = all(matches, "files").into_iter().map(PathBuf::from).collect();
    if paths.is_empty() {
        let options = ["exclude", "exclude-image", "image-path"];
        let option = options.into_iter().find(|option| !all(matches, option).is_empty());
        if let Some(option) = option {
            return Err(UsageError::Needs {
                option: match option {
                    "exclude" => "--exclude",
                    "exclude-image" => "--exclude-image",
                    _ => "--image-path",
                },
                other: "--files",
                reason: "it says something about the files that `--files` names",
            });
        }
    }
    let image_path = |path: String| {
        path.parse::<ImagePath>().map_err(|_| UsageError::BadValue {
            option: "--image-path".to_owned(),
            value: path,
            expected: "keys with `.` between them, such as `spec.image` or `**.sidecarImage`".to_owned(),
        })
    };
    Ok(FileOptions {
        paths,
        exclude: all(matches, "exclude"),
        exclude_images: all(matches, "exclude-image"),
        image_paths: all(matches, "image-path")
            .into_iter()
            .map(image_path)
            .collect::<Result<_, _>>()?,
    })
}

fn expected(matches: &ArgMatches) -> Result<Option<usize>, UsageError> {
    let Some(value) = matches.get_one::<String>("expect-images") else {
        return Ok(None);
    };
    let number = value.parse().map_err(|_| UsageError::BadValue {
        option: "--expect-images".to_owned(),
        value: value.clone(),
        expected: "a number of images".to_owned(),
    })?;
    Ok(Some(number))
}

fn all(matches: &ArgMatches, option: &str) -> Vec<String> {
    matches
        .get_many::<String>(option)
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}
