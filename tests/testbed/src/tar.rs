//! A tar writer: POSIX ustar, regular files, no times and no owners.

use std::collections::BTreeMap;

const BLOCK: usize = 512;

/// An archive of these files by path, at most 100 bytes each; `../` and other strange paths are taken as they are.
pub fn archive(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::new();
    for (path, bytes) in files {
        out.extend_from_slice(&header(path, bytes.len()));
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(BLOCK), 0);
    }
    out.extend_from_slice(&[0; 2 * BLOCK]);
    out
}

/// ```text
/// offset  0 name | 100 mode | 108 uid | 116 gid | 124 size | 136 mtime | 148 checksum | 156 type | 257 "ustar" | 263 "00"
/// ```
fn header(path: &str, size: usize) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |offset: usize, text: &str| block[offset..offset + text.len()].copy_from_slice(text.as_bytes());
    put(0, path);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{size:011o}\0"));
    put(136, "00000000000\0");
    put(148, "        "); // the checksum counts itself as blanks
    put(156, "0");
    put(257, "ustar\0");
    put(263, "00");
    let checksum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{checksum:06o}\0 ").as_bytes());
    block
}
