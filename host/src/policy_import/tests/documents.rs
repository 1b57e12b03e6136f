//! docs/import.md: what stands in its blocks is imported, and gives what stands below.

use std::path::Path;

use super::*;

/// A fenced block, and the file name in the line above.
struct Block {
    name: Option<String>,
    text: String,
}

fn blocks(section: &str) -> Vec<Block> {
    let (mut blocks, mut name) = (Vec::new(), None);
    let mut lines = section.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let console = line == "```console";
            let text: String = lines
                .by_ref()
                .take_while(|line| *line != "```")
                .map(|line| format!("{line}\n"))
                .collect();
            if !console {
                blocks.push(Block {
                    name: name.take(),
                    text,
                });
            }
        } else if let Some(file) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix("`:")) {
            name = Some(file.to_owned());
        }
    }
    blocks
}

#[test]
fn examples_give_what_is_written() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/import.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (mut renewed, mut examples) = (document.clone(), 0);
    let reader = Reader::new();
    for section in document.split("\n## `--").skip(1) {
        let format = match section.split('`').next().unwrap() {
            "trivyignore" => Format::Trivyignore,
            "stackrox" => Format::Stackrox,
            "cluster-image-policy" => Format::ClusterImagePolicy,
            "key-bundle" => Format::KeyBundle,
            other => panic!("{other}"),
        };
        let mut inputs = Vec::new();
        for block in blocks(section) {
            if let Some(name) = block.name {
                inputs.push((block.text.clone(), input(&name, &block.text)));
                continue;
            }
            let given: Vec<Input> = inputs.iter().map(|(_, input)| input.clone()).collect();
            let imported = reader.import(format, &given);
            // the output stands behind its last source
            let (source, _) = inputs.last().unwrap();
            let before = format!("{source}```\n\n```yaml\n");
            let written = format!("{before}{}```", block.text);
            assert!(renewed.contains(&written));
            renewed = renewed.replace(&written, &format!("{before}{}```", imported.text));
            inputs.clear();
            examples += 1;
        }
    }
    assert_eq!(examples, 5);
    if std::env::var_os("PORTCULLIS_REGENERATE").is_some() {
        std::fs::write(path, renewed).unwrap();
    } else {
        assert_eq!(document, renewed, "PORTCULLIS_REGENERATE=1 writes it anew");
    }
}
