//! Layouts as other tools write them, and as nobody should.

use std::path::Path;

use super::{Layout, LayoutError};
use crate::digest::Digest;
use crate::reference::Reference;
use crate::scratch::Scratch;
use crate::source::{DerivedTag, Found, Source};
use crate::wit::basics::ResultClass;
use crate::wit::request::Descriptor;

const CONFIG: &str = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const LAYER: &str = "sha256:74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b";

fn manifest(more: &str) -> String {
    format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"digest":"{CONFIG}"}},"layers":[{{"digest":"{LAYER}"}}]{more}}}"#
    )
}

fn digest(content: &str) -> Digest {
    Digest::of(content.as_bytes())
}

/// Files of a layout with these manifests, the first one listed under the tag `v1`.
fn files(manifests: &[String]) -> Vec<(String, Vec<u8>)> {
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","annotations":{{"org.opencontainers.image.ref.name":"v1"}}}}]}}"#,
        digest(&manifests[0])
    );
    let mut files = vec![
        ("index.json".to_owned(), index.into_bytes()),
        ("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()),
    ];
    files.extend(manifests.iter().map(|manifest| {
        (
            format!("blobs/sha256/{}", digest(manifest).hex()),
            manifest.clone().into_bytes(),
        )
    }));
    files
}

fn folder(files: &[(String, Vec<u8>)]) -> Scratch {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, content)| (name.as_str(), content.as_slice()))
        .collect();
    Scratch::with(&files)
}

fn archive(files: &[(String, Vec<u8>)]) -> Scratch {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(u64::try_from(content.len()).expect("small"));
        header.set_mode(0o644);
        builder
            .append_data(&mut header, name, content.as_slice())
            .expect("appended");
    }
    Scratch::with(&[("layout.tar", &builder.into_inner().expect("finished"))])
}

fn open(path: &Path) -> Layout {
    Layout::open(path).expect("a layout")
}

fn refused(path: &Path) -> String {
    Layout::open(path)
        .err()
        .map(|error| crate::source::in_words(&error))
        .expect("refused")
}

fn reference(written: &str) -> Reference {
    written.parse().expect("a reference")
}

#[test]
fn folder_and_archive_hold_the_same() {
    let image = manifest("");
    let signature = manifest(&format!(
        r#","subject":{{"digest":"{}"}},"artifactType":"application/x""#,
        digest(&image)
    ));
    let files = files(&[image.clone(), signature.clone()]);
    let (folder, archive) = (folder(&files), archive(&files));
    for layout in [open(&folder.path), open(&archive.file())] {
        let by_tag = layout.image(&reference("r.example/a:v1")).expect("there");
        assert_eq!(by_tag.content, image.as_bytes());
        assert_eq!(
            by_tag.media_type.as_deref(),
            Some("application/vnd.oci.image.manifest.v1+json")
        );
        let by_digest = layout
            .image(&reference(&format!("r.example/a@{}", digest(&image))))
            .expect("there");
        assert_eq!(by_digest.content, image.as_bytes());
        let descriptor = Descriptor {
            media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
            digest: digest(&signature).to_string(),
            size: u64::try_from(signature.len()).expect("small"),
            artifact_type: Some("application/x".to_owned()),
        };
        assert_eq!(
            layout.referrers(&reference("r.example/a"), digest(&image)),
            Ok(Found::Here(vec![descriptor]))
        );
        assert!(matches!(
            layout.derived(&reference("r.example/a"), digest(&image), DerivedTag::Signature),
            Ok(Found::Absent(_))
        ));
        assert!(layout.contacted(&reference("r.example/a")).is_empty());
    }
}

#[test]
fn an_image_that_is_not_there_names_those_that_are() {
    let folder = folder(&files(&[manifest("")]));
    let failure = open(&folder.path)
        .image(&reference("r.example/a:v2"))
        .expect_err("not there");
    assert_eq!(failure.class, ResultClass::ImageNotFound);
    assert_eq!(failure.reason, "expected an image `r.example/a:v2`, found `v1`");
    let failure = open(&folder.path)
        .image(&reference(&format!("a@{LAYER}")))
        .expect_err("not there");
    assert_eq!(failure.class, ResultClass::ImageNotFound);
}

#[test]
fn a_blob_is_not_read_past_what_was_stated() {
    let image = manifest("");
    let folder = folder(&files(std::slice::from_ref(&image)));
    let failure = open(&folder.path)
        .blob(&reference("a"), digest(&image), 5)
        .expect_err("larger");
    assert_eq!(failure.class, ResultClass::BudgetExceeded);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_layout_are_not_followed() {
    let image = manifest("");
    let folder = folder(&files(std::slice::from_ref(&image)));
    let blob = folder.path.join("blobs/sha256").join(digest(&image).hex());
    std::fs::rename(&blob, folder.path.join("elsewhere")).expect("moved");
    std::os::unix::fs::symlink("../../elsewhere", &blob).expect("linked");
    let failure = open(&folder.path)
        .image(&reference("r.example/a:v1"))
        .expect_err("a link");
    assert!(failure.reason.contains("does not have this blob"), "{failure:?}");
}

#[test]
fn what_is_no_layout_is_refused_in_words() {
    let empty = Scratch::with(&[]);
    assert!(refused(&empty.path).contains("expected `index.json`, found none"));
    let saved = archive(&[("manifest.json".to_owned(), b"[]".to_vec())]);
    assert!(matches!(
        Layout::open(&saved.file()),
        Err(LayoutError::DockerArchive { .. })
    ));
    let compressed = Scratch::with(&[("layout.tar.gz", b"\x1f\x8b\x08\x00rest")]);
    assert!(refused(&compressed.file()).contains("found a compressed one"));
    let text = Scratch::with(&[("layout.txt", b"no archive")]);
    assert!(refused(&text.file()).contains("expected a folder or a tar file, found neither"));
    let broken = Scratch::with(&[("index.json", b"{\n}")]);
    assert!(refused(&broken.path).contains("cannot read `index.json`: error in line 2"));
    let newer = Scratch::with(&[
        ("index.json", br#"{"manifests":[]}"#),
        ("oci-layout", br#"{"imageLayoutVersion":"2.0.0"}"#),
    ]);
    assert!(refused(&newer.path).contains("expected `imageLayoutVersion` 1.0.0, found `2.0.0`"));
    let twice = archive(&[
        ("index.json".to_owned(), b"{}".to_vec()),
        ("./index.json".to_owned(), b"{}".to_vec()),
    ]);
    assert!(refused(&twice.file()).contains("found it twice"));
    assert!(refused(Path::new("/nonexistent")).contains("cannot read `/nonexistent`"));
}

#[test]
fn two_descriptions_of_one_archive_have_to_agree() {
    let with = |saved: String| {
        let mut files = files(&[manifest("")]);
        files.push(("manifest.json".to_owned(), saved.into_bytes()));
        let archive = archive(&files);
        Layout::open(&archive.file())
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let (config, layer) = (
        CONFIG.replace("sha256:", "blobs/sha256/"),
        LAYER.replace("sha256:", "blobs/sha256/"),
    );
    assert_eq!(
        with(format!(
            r#"[{{"Config":"{config}","RepoTags":["a:v1"],"Layers":["{layer}"]}}]"#
        )),
        Ok(())
    );
    let other_config = with(format!(r#"[{{"Config":"{layer}","Layers":["{layer}"]}}]"#));
    assert!(other_config.is_err_and(|error| error.contains("is the config of no image")));
    let other_layers = with(format!(r#"[{{"Config":"{config}","Layers":["{config}"]}}]"#));
    assert!(other_layers.is_err_and(|error| error.contains("has other layers")));
}
