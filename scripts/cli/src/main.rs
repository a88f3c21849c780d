//! `equipoise`: the command-line program.

use std::io::{self, BufReader, BufWriter};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use equipoise_cli::args::{Arguments, BenchArguments, Command, DemoArguments};
use equipoise_cli::error::CliError;
use equipoise_cli::explain::{self, ExplainArguments};
use equipoise_cli::input::Input;
use equipoise_cli::keep;
use equipoise_cli::keep::args::{KeepArguments, OutputFormat};
use equipoise_cli::price::Format;
use equipoise_cli::programs::{default_dir, Programs};
use equipoise_cli::progress::{show, Progress};
use equipoise_cli::replay::{self, ReplayArguments};
use equipoise_cli::report::{render, ReportFile};
use equipoise_cli::solve::{self, args::SolveArguments};
use equipoise_cli::{attack, bench, demo, deploy, fit, governance, price, programs, serve};

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), CliError> {
    match command {
        Command::Demo(arguments) => run_demo(&arguments),
        Command::Bench(arguments) => run_bench(arguments),
        Command::Fit { chain, currency } => show(&fit::show(&chain, currency)?),
        Command::Price { format } => run_price(format),
        Command::Attack { rounds, seed, name, json } => run_attack(rounds, seed, &name, json.as_deref()),
        Command::Replay(arguments) => run_replay(&arguments),
        Command::Deploy(arguments) => show(&deploy::deploy(&arguments, &arguments.keys())?),
        Command::Verify(arguments) => show(&deploy::verify(&arguments)?),
        Command::Keepalive(arguments) => show(&deploy::keepalive(&arguments, &arguments.keys())?),
        Command::Keep(arguments) => run_keep(&arguments),
        Command::Solve(arguments) => run_solve(&arguments),
        Command::Vote(arguments) => show(&governance::vote::run(&arguments)?),
        Command::Parameters(arguments) => show(&governance::parameters::run(&arguments)?),
        Command::Explain(arguments) => run_explain(&arguments),
        Command::Programs { programs } => show(&programs::show(&programs.unwrap_or_else(default_dir))?),
    }
}

fn run_bench(arguments: BenchArguments) -> Result<(), CliError> {
    let is_stdout = arguments.json.as_deref() == Some(Path::new("-"));
    let file = arguments.json.as_deref().filter(|_| !is_stdout).map(ReportFile::at).transpose()?;
    let bench = bench::run(&arguments.programs.unwrap_or_else(default_dir), &arguments.rows)?;
    match file {
        Some(file) => file.write(&bench),
        None if is_stdout => show(&format!("{}\n", serde_json::to_string_pretty(&bench)?)),
        None => show(&bench::render(&bench)),
    }
}

fn run_price(format: Option<Format>) -> Result<(), CliError> {
    let output = BufWriter::new(io::stdout().lock());
    let tally = match price::run(BufReader::with_capacity(1 << 16, io::stdin().lock()), output, format) {
        // Nobody reads on: no failure.
        Err(CliError::System(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        tally => tally?,
    };
    if !tally.ignored.is_empty() {
        eprintln!("note: fields that mean nothing here are ignored: {}", tally.ignored.join(", "));
    }
    if tally.refused > 0 {
        return Err(CliError::RowsRefused { rows: tally.rows, refused: tally.refused });
    }
    Ok(())
}

fn run_attack(rounds: u32, seed: u64, name: &str, json: Option<&Path>) -> Result<(), CliError> {
    let file = json.map(ReportFile::at).transpose()?;
    let attacks = attack::run(seed, rounds, name)?;
    show(&attacks.render())?;
    if let Some(file) = file {
        file.write(&attacks)?;
    }
    attacks.require_held()
}

fn run_replay(arguments: &ReplayArguments) -> Result<(), CliError> {
    let is_stdout = arguments.json.as_deref() == Some(Path::new("-"));
    let json = arguments.json.as_deref().filter(|_| !is_stdout).map(ReportFile::at).transpose()?;
    let html = arguments.html.as_deref().map(ReportFile::for_page).transpose()?;
    let report = arguments.run()?;
    if is_stdout {
        show(&format!("{}\n", serde_json::to_string_pretty(&report)?))?;
    } else {
        show(&replay::render(&report))?;
    }
    if let Some(file) = json {
        file.write(&report)?;
    }
    if let Some(file) = html {
        file.write_text(&equipoise_replay::page(&report)?)?;
    }
    Ok(())
}

fn run_explain(arguments: &ExplainArguments) -> Result<(), CliError> {
    let explained = arguments.run()?;
    if arguments.json {
        show(&format!("{}\n", serde_json::to_string_pretty(&explained)?))
    } else {
        show(&explain::render(&explained))
    }
}

fn run_keep(arguments: &KeepArguments) -> Result<(), CliError> {
    keep::log_to_stderr(arguments.format);
    let keys = arguments.keys();
    if !arguments.once {
        return Ok(keep::go_on(arguments, &keys, &serve::interruption()?)?);
    }
    let report = keep::once(arguments, &keys)?;
    match arguments.format {
        OutputFormat::Text => show(&report.render())?,
        OutputFormat::Json => show(&format!("{}\n", serde_json::to_string(&report)?))?,
    }
    Ok(report.require_success()?)
}

fn run_solve(arguments: &SolveArguments) -> Result<(), CliError> {
    keep::log_to_stderr(arguments.format);
    let key = arguments.key();
    if !arguments.once {
        return Ok(solve::go_on(arguments, &key, &serve::interruption()?)?);
    }
    let report = solve::once(arguments, &key)?;
    match arguments.format {
        OutputFormat::Text => show(&report.render())?,
        OutputFormat::Json => show(&format!("{}\n", serde_json::to_string(&report)?))?,
    }
    Ok(report.require_success()?)
}

fn run_demo(arguments: &DemoArguments) -> Result<(), CliError> {
    // Whatever can be refused at once is refused before anything runs.
    let file = arguments.json.as_deref().map(ReportFile::at).transpose()?;
    if arguments.serve {
        serve::require_free(arguments.port)?;
    }
    let (options, mut progress) = (arguments.options(), Progress::new());
    progress.stage("Reading and fitting the chain", 1);
    let input = Input::load(&options.source)?;
    let programs = Programs::load(&arguments.programs_dir())?;
    let (ended, report) = demo::run(&options, input, &programs, &mut progress)?;
    let took = progress.finish();
    show(&render(&report))?;
    eprintln!("{} trades in {:.1} s", report.trades, took.as_secs_f64());
    if let Some(file) = file {
        file.write(&report)?;
    }
    if !report.tokens_accounted_for {
        let broken = report.audit.checks.iter().filter(|(_, holds)| !**holds);
        let sentences: Vec<&str> = broken.map(|(sentence, _)| sentence.as_str()).collect();
        return Err(CliError::Unbalanced(format!("it does not hold that {}", sentences.join(", nor that "))));
    }
    if arguments.serve {
        serve::serve(ended, arguments.port)?;
    }
    Ok(())
}
