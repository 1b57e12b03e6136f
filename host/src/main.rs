//! The program: reads the call, runs a command, renders what it found, and is the only one that prints.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use portcullis::args::{
    self, Check, CheckAction, Command, Extract, List, ListFormat, PolicyChoice, PolicyCommand, PolicyImport,
    Surroundings, TrustAction, TrustCommand,
};
use portcullis::auth;
use portcullis::check;
use portcullis::ci::{Environment, LogLevel, Pipeline};
use portcullis::comment::PullRequest;
use portcullis::emit::github::output::{self, OutputPath};
use portcullis::emit::github::summary;
use portcullis::emit::{self, Detail, Format, Style};
use portcullis::exit::Exit;
use portcullis::extract;
use portcullis::list;
use portcullis::policy_command;
use portcullis::progress::Progress;
use portcullis::report_files;
use portcullis::run::{Fault, Run};
use portcullis::terminal::{self, Colour, Device};
use portcullis::trust;
use portcullis::untrusted::Untrusted;

fn main() -> ExitCode {
    let environment = Environment::of_process();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let surroundings = Surroundings {
        environment,
        default_policy: default_policy(),
    };
    let place = Place {
        pipeline: Pipeline::detect(&surroundings.environment),
        environment: &surroundings.environment,
    };
    let outcome = match args::parse(arguments.iter().cloned(), &surroundings) {
        Ok(Command::Show(text)) => print(&text).map(|()| Exit::Allow),
        Ok(Command::Check(check)) => place.check(&check),
        Ok(Command::List(list)) => place.list(&list),
        Ok(Command::Extract(extract)) => place.extract(&extract),
        Ok(Command::Policy(command)) => place.policy(&command),
        Ok(Command::Trust(trust)) => place.trust(&trust),
        Err(error) => {
            let format = args::format_of(&arguments, place.environment);
            place.failed(vec![Fault::from(&error)], format)
        }
    };
    match outcome {
        Ok(exit) => ExitCode::from(exit.code()),
        // A reader that went away (`| head`) is no fault of the verdict, but nobody has seen it either.
        Err(error) => {
            tell(&error);
            ExitCode::from(Exit::Usage.code())
        }
    }
}

fn default_policy() -> Option<PathBuf> {
    let path = PathBuf::from(args::DEFAULT_POLICY);
    path.is_file().then_some(path)
}

fn print(text: &str) -> io::Result<()> {
    io::stdout().write_all(text.as_bytes())
}

/// Where the output goes.
struct Place<'e> {
    pipeline: Pipeline,
    environment: &'e Environment,
}

impl Place<'_> {
    fn check(&self, check: &Check) -> io::Result<Exit> {
        if check.action == CheckAction::PrintPolicy {
            return self.print_policy(check);
        }
        report_files::begin(&check.reports);
        drop(self.github_output(output::UNDECIDED));
        let progress = self.progress(check.detail);
        let run = check::run(check, auth::Environment::from_process(), &mut io::stdin(), &progress);
        drop(progress);
        let unwritten = self.files(check, &run);
        if check.comment {
            self.comment(&run);
        }
        let format = check.format.unwrap_or_else(|| self.pipeline.format());
        self.show(&run, format, check.detail)?;
        unwritten.iter().for_each(tell);
        let exit = report_files::exit(&run, &unwritten);
        if exit != run.exit() {
            let hint = format!(
                "hint:  the verdict stands, and without this file the exit code is {}",
                exit.code()
            );
            drop(writeln!(io::stderr(), "{hint}"));
        }
        Ok(exit)
    }

    /// It is for people and decides nothing.
    fn comment(&self, run: &Run) {
        if let Err(error) = PullRequest::of(self.environment).and_then(|request| request.tell(run)) {
            let hint = error.hint().map_or_else(String::new, |hint| format!("; hint: {hint}"));
            let words = format!("{error}{hint}");
            drop(writeln!(io::stderr(), "warning: no comment: {}", Untrusted(&words)));
        }
    }

    fn progress(&self, detail: Detail) -> Progress {
        let watched = self.pipeline == Pipeline::Other && io::stderr().is_terminal();
        match detail {
            Detail::Normal | Detail::Verbose if watched => Progress::on_standard_error(),
            _ => Progress::hidden(),
        }
    }

    /// Files first: whoever sees the verdict in the log finds them complete. What could not be written is told after it.
    fn files(&self, check: &Check, run: &Run) -> Vec<io::Error> {
        let mut unwritten = report_files::finish(check, run);
        let json = check.reports.iter().find(|report| report.format == Format::Json);
        let path = json.and_then(|report| OutputPath::new(&report.path));
        let outputs = output::outputs(run, path).and_then(|outputs| self.github_output(&outputs));
        unwritten.extend(outputs.err());
        unwritten.extend(self.job_summary(run).err());
        unwritten
    }

    fn job_summary(&self, run: &Run) -> io::Result<()> {
        match &self.pipeline {
            Pipeline::GitHub(github) => match &github.step_summary {
                Some(path) => append(path, summary::document(run).as_bytes()),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn list(&self, list: &List) -> io::Result<Exit> {
        let listing = match list::run(list, auth::Environment::from_process()) {
            Ok(listing) => listing,
            Err(faults) => {
                let format = (list.format == ListFormat::Json).then_some(Format::Json);
                return self.failed(faults, format);
            }
        };
        let mut out = io::stdout().lock();
        match list.format {
            ListFormat::Table => emit::list::table(&listing, self.style(list.detail), &mut out)?,
            ListFormat::Json => emit::list::json::emit(&listing, &mut out)?,
        }
        out.flush()?;
        Ok(listing.exit())
    }

    fn trust(&self, trust: &TrustCommand) -> io::Result<Exit> {
        let outcomes = match trust::run(trust, auth::Environment::from_process()) {
            Ok(outcomes) => outcomes,
            Err(faults) => return self.failed(faults, Some(Format::Text)),
        };
        let (style, mut out) = (self.style(Detail::Normal), io::stdout().lock());
        let shown = outcomes.iter().find_map(trust::Outcome::shown);
        match (&trust.action, shown) {
            (TrustAction::Show, Some(description)) => emit::trust::show(description, style, &mut out)?,
            (TrustAction::Export, Some(description)) => match &trust.output {
                Some(path) => {
                    std::fs::write(path, &description.content).map_err(|error| report_files::named(path, error))?
                }
                None => out.write_all(&description.content)?,
            },
            (TrustAction::Show | TrustAction::Export, None) => {}
            (TrustAction::Update { .. } | TrustAction::List, _) => {
                emit::trust::overview(&outcomes, style, &mut out)?;
            }
        }
        out.flush()?;
        emit::trust::faults(&outcomes, self.error_style(Detail::Normal), &mut io::stderr().lock())?;
        Ok(trust::exit(&outcomes))
    }

    /// Data goes to standard output or files, words to standard error.
    fn extract(&self, extract: &Extract) -> io::Result<Exit> {
        let mut extracted = match extract::run(extract, auth::Environment::from_process()) {
            Ok(extracted) => extracted,
            Err(faults) => return self.failed(faults, Some(Format::Text)),
        };
        extracted.hand_out(extract, &mut io::stdout().lock())?;
        let style = self.error_style(extract.detail);
        emit::extract::emit(&extracted, style, &mut io::stderr().lock())?;
        Ok(extracted.exit())
    }

    fn policy(&self, command: &PolicyCommand) -> io::Result<Exit> {
        match command {
            PolicyCommand::Check { file, format } => {
                let run = policy_command::check(file, check::tool());
                let format = format.unwrap_or_else(|| self.pipeline.format());
                let style = self.style(Detail::Normal);
                emit::policy_check::emit(&run, format, style, &mut io::stdout().lock())?;
                if format != Format::GitHub {
                    emit::text::emit_faults(&run, self.error_style(Detail::Normal), &mut io::stderr().lock())?;
                }
                Ok(if run.faults.is_empty() { Exit::Allow } else { run.exit() })
            }
            PolicyCommand::Digest { file } => match policy_command::digests(file) {
                Ok(digests) => print(&emit::policy_check::digests(&digests)).map(|()| Exit::Allow),
                Err(faults) => self.failed(faults, Some(Format::Text)),
            },
            PolicyCommand::Schema => print(policy_command::SCHEMA).map(|()| Exit::Allow),
            PolicyCommand::Explain { kind } => match policy_command::explain(kind.as_deref()) {
                Ok(text) => print(&text).map(|()| Exit::Allow),
                Err(fault) => self.failed(vec![fault], Some(Format::Text)),
            },
            PolicyCommand::Import(import) => self.import(import),
        }
    }

    fn import(&self, import: &PolicyImport) -> io::Result<Exit> {
        let done = match policy_command::import(import) {
            Ok(done) => done,
            Err(faults) => return self.failed(faults, Some(Format::Text)),
        };
        print(&done.imported.text)?;
        if import.detail != Detail::Quiet {
            emit::policy_import::emit(&done, self.error_style(import.detail), &mut io::stderr().lock())?;
        }
        Ok(match done.imported.is_complete() {
            true => Exit::Allow,
            false => Exit::Deny,
        })
    }

    fn print_policy(&self, check: &Check) -> io::Result<Exit> {
        match &check.policy {
            PolicyChoice::Flags(flags) => print(&args::flags_policy::document(flags))?,
            PolicyChoice::File { path, .. } => io::stdout().write_all(&std::fs::read(path)?)?,
        }
        Ok(Exit::Allow)
    }

    fn failed(&self, faults: Vec<Fault>, format: Option<Format>) -> io::Result<Exit> {
        let run = Run::failed(faults, check::tool());
        let outputs = output::outputs(&run, None).and_then(|outputs| self.github_output(&outputs));
        let summary = self.job_summary(&run);
        self.show(&run, format.unwrap_or_else(|| self.pipeline.format()), Detail::Normal)?;
        outputs.and(summary)?;
        Ok(run.exit())
    }

    /// Faults go to standard error too: there people look for them, and data may have standard output to itself.
    fn show(&self, run: &Run, format: Format, detail: Detail) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if format == Format::GitHub && self.is_debugged() {
            emit::github::debug(run, &mut out)?;
        }
        if !(format == Format::Text && run.images.is_empty() && !run.faults.is_empty()) {
            emit::emit(format, run, self.style(detail), &mut out)?;
        }
        if format != Format::GitHub {
            emit::text::emit_faults(run, self.error_style(detail), &mut io::stderr().lock())?;
        }
        out.flush()
    }

    fn style(&self, detail: Detail) -> Style {
        self.style_of(device(io::stdout().is_terminal()), detail)
    }

    fn error_style(&self, detail: Detail) -> Style {
        self.style_of(device(io::stderr().is_terminal()), detail)
    }

    fn style_of(&self, device: Device, detail: Detail) -> Style {
        Style {
            width: terminal::width(self.environment),
            colour: Colour::decide(self.environment, device),
            detail: if self.is_debugged() { Detail::Verbose } else { detail },
        }
    }

    /// Somebody re-ran the job on GitHub with debug logging.
    fn is_debugged(&self) -> bool {
        matches!(&self.pipeline, Pipeline::GitHub(github) if github.log == LogLevel::Debug)
    }

    fn github_output(&self, text: &str) -> io::Result<()> {
        match &self.pipeline {
            Pipeline::GitHub(github) => match &github.output {
                Some(path) => append(path, text.as_bytes()),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

fn device(terminal: bool) -> Device {
    if terminal { Device::Terminal } else { Device::File }
}

fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|error| report_files::named(path, error))
}

fn tell(error: &io::Error) {
    let words = error.to_string();
    drop(writeln!(
        io::stderr(),
        "error: cannot write the output: {}",
        Untrusted(&words)
    ));
}
