//! The program itself: it goes on until it is told to stop, tells its metrics, and ends well.

use std::env;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use equipoise_cli::keep::args::ChoreName;
use equipoise_tests::repository;

use crate::fixture::{surface_keys, Kept};

/// The program, which cargo builds beside the folder of this test.
fn binary() -> PathBuf {
    let folder = env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    folder.join(format!("equipoise{}", env::consts::EXE_SUFFIX))
}

/// Ends the program when a test fails; it has ended already otherwise.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn keep(kept: &Kept, words: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(["keep", "--network", "embedded", "--url", &kept.server.url(), "--format", "json"]);
    command.args(["--vault", &kept.world.contracts.vault.to_string(), "--records"]);
    command.arg(kept.folder.path().join("records")).arg("--quotes").arg(kept.listing()).args(words);
    let keys: Vec<String> = surface_keys().iter().map(ToString::to_string).collect();
    command.env("EQUIPOISE_SURFACE_KEYS", keys.join(",")).env("EQUIPOISE_KEY", kept.accounts[1].key.to_string());
    command.env_remove("EQUIPOISE_LOG").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn get(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    Some(text)
}

#[test]
fn the_keeper_goes_on_tells_its_metrics_and_ends_when_it_is_told_to() {
    if !binary().is_file() {
        eprintln!("skipped: there is no {}; run cargo build -p equipoise-cli", binary().display());
        return;
    }
    let kept = Kept::listed();
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let metrics = format!("127.0.0.1:{port}");
    let mut running = Running(keep(&kept, &["--metrics", &metrics, "--every", "breakers=1"]).spawn().unwrap());
    let started = Instant::now();
    let wanted = [
        "equipoise_keep_transactions_total{label=\"post_surface\",result=\"sent\"} 1",
        "equipoise_keep_runs_total{chore=\"programs\",result=\"ok\"} 1",
        "equipoise_keep_runs_total{chore=\"breakers\",result=\"ok\"} 3",
    ];
    let mut told = String::new();
    while !wanted.iter().all(|line| told.contains(line)) {
        assert!(started.elapsed() < Duration::from_mins(2), "{told}");
        sleep(Duration::from_millis(200));
        told = get(port).unwrap_or_default();
    }
    let kill = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let status = running.0.wait().unwrap();
    let mut logs = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut logs).unwrap();
    assert!(status.success(), "{status}: {logs}");
    let lines: Vec<serde_json::Value> = logs.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let sent = lines.iter().find(|line| line["label"] == "post_surface").expect("it is logged");
    assert_eq!((&sent["chore"], &sent["message"]), (&"surface".into(), &"sent".into()));
    assert_eq!(lines.last().unwrap()["message"], "stopped");
    // Nothing of a key is ever told.
    for key in surface_keys().iter().chain([&kept.accounts[1].key]) {
        assert!(!logs.contains(&key.to_string()[2..]));
    }
}

#[test]
fn a_run_of_once_ends_with_a_report_and_fails_if_a_chore_has() {
    if !binary().is_file() {
        eprintln!("skipped: there is no {}; run cargo build -p equipoise-cli", binary().display());
        return;
    }
    let kept = Kept::listed();
    let output = keep(&kept, &["--once"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["chores"][1]["deeds"][0]["label"], "post_surface", "{report}");
    std::fs::write(kept.listing(), "no quotes").unwrap();
    let output = keep(&kept, &["--once"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("1 of 8 chores failed: surface:"), "{said}");
}

#[test]
fn the_readme_has_every_chore_with_its_interval() {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    for chore in ChoreName::ALL {
        let every = equipoise_cli::report::grouped(chore.every().as_secs().into());
        let row = format!("| `{chore}` | {every} s | ");
        assert!(readme.contains(&row), "README.md has no row `{row}`");
    }
}
