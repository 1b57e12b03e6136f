//! A proof for people: what the signer does without always, everything else with `--verbose`.

use std::io::{self, Write};

use super::image::field;
use crate::emit::screen::{Detail, Screen};
use crate::emit::words;
use crate::say;
use crate::untrusted::Safe;
use crate::wit::evidence::{LogEntry, Principal, Proof};

pub fn draw<W: Write>(proof: &Proof, detail: Detail, screen: &mut Screen<W>) -> io::Result<()> {
    if !proof.waived.is_empty() {
        field(
            "without",
            say![Safe::join(&proof.waived, ", "), ": not checked, as the policy says"],
            screen,
        )?;
    }
    match detail {
        Detail::Verbose => draw_details(proof, screen),
        Detail::Normal | Detail::Quiet => Ok(()),
    }
}

/// All of it.
pub fn draw_details<W: Write>(proof: &Proof, screen: &mut Screen<W>) -> io::Result<()> {
    match &proof.principal {
        Principal::Key(digest) => field("key", say![digest], screen)?,
        Principal::Certificate(certificate) => {
            field("issuer", say![certificate.issuer], screen)?;
            let valid = say![
                words::time(certificate.not_before),
                " to ",
                words::time(certificate.not_after)
            ];
            field("certified", say![valid, ", ", certificate.fingerprint], screen)?;
            for (claim, value) in &certificate.claims {
                field("claim", say![claim, " ", value], screen)?;
            }
        }
    }
    if let Some(root) = &proof.root {
        field("root", say![root], screen)?;
    }
    proof
        .log_entries
        .iter()
        .try_for_each(|entry| draw_log_entry(entry, screen))?;
    for stamp in &proof.signed_timestamps {
        field(
            "timestamp",
            say![words::time(stamp.time), " by ", stamp.authority],
            screen,
        )?;
    }
    for stamp in &proof.certificate_timestamps {
        field("SCT", say![words::time(stamp.time), " by log ", stamp.log_id], screen)?;
    }
    proof
        .remarks
        .iter()
        .try_for_each(|remark| field("note", say![remark], screen))
}

fn draw_log_entry<W: Write>(entry: &LogEntry, screen: &mut Screen<W>) -> io::Result<()> {
    let proven = match entry.promise {
        true => "",
        false => " (index not proven)",
    };
    field(
        "log entry",
        say![entry.kind, ", index ", entry.log_index, proven, ", log ", entry.log_id],
        screen,
    )?;
    if let (Some(time), true) = (entry.integrated_time, entry.promise) {
        field("SET", say!["verified, integrated ", words::time(time)], screen)?;
    }
    let Some(proof) = &entry.inclusion_proof else {
        return Ok(());
    };
    let path = say![proof.hashes.len(), " hashes"];
    field(
        "inclusion",
        say![
            "index ",
            proof.log_index,
            " of ",
            proof.tree_size,
            ", ",
            path,
            ", root ",
            proof.root_hash
        ],
        screen,
    )?;
    let origin = proof.checkpoint.lines().next().unwrap_or_default();
    let others = words::count(proof.cosignatures as usize, "cosignature");
    field("checkpoint", say![origin, ", ", others, " not checked"], screen)
}
