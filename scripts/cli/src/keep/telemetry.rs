//! What an operator sees of the keeper: structured logs, and metrics for Prometheus.

use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};
use tracing::{info, warn};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::Layer;

use super::args::{ChoreName, OutputFormat};
use super::error::KeepError;
use super::remote::{Deed, Fate};

/// Which logs are shown, as `tracing` has it, such as `debug` or `equipoise_cli=debug`.
pub const LOG_VARIABLE: &str = "EQUIPOISE_LOG";

/// Sends logs to the standard error, for the whole process.
pub fn log_to_stderr(format: OutputFormat) {
    let told = std::env::var(LOG_VARIABLE).unwrap_or_default();
    let shown: Targets = told.parse().unwrap_or_default();
    let shown = if told.is_empty() { Targets::new().with_target("equipoise_cli", tracing::Level::INFO) } else { shown };
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let lines = match format {
        OutputFormat::Text => lines.with_target(false).boxed(),
        OutputFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // An error means that the process has a subscriber already: then the logs go there.
    tracing_subscriber::registry().with(lines.with_filter(shown)).try_init().ok();
}

/// Runs with metrics, if they are asked for.
/// # Errors: [`KeepError::Metrics`], what is run
pub fn measured<T, E: From<KeepError>>(
    at: Option<SocketAddr>,
    describe: fn(),
    run: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    match at {
        Some(at) => metrics::with_local_recorder(&serve_metrics(at, describe)?, run),
        None => run(),
    }
}

/// Serves metrics as long as the process lives.
/// # Returns: what they are recorded by
/// # Errors: [`KeepError::Metrics`]
fn serve_metrics(at: SocketAddr, describe: fn()) -> Result<PrometheusRecorder, KeepError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let built = {
        let _inside = runtime.enter();
        PrometheusBuilder::new().with_http_listener(at).build()
    };
    let (recorder, exporter) = built.map_err(|error| KeepError::Metrics { at, cause: error.to_string() })?;
    thread::spawn(move || {
        // It ends with the process; that it cannot listen is found above.
        if runtime.block_on(exporter).is_err() {
            warn!("metrics are served no more");
        }
    });
    metrics::with_local_recorder(&recorder, describe);
    Ok(recorder)
}

/// Says what each metric is.
pub fn describe() {
    describe_counter!("equipoise_keep_runs_total", "Runs of a chore, by what they came to");
    describe_counter!("equipoise_keep_transactions_total", "Transactions, by what became of them");
    describe_counter!("equipoise_keep_gas_total", "Gas that was paid for");
    describe_gauge!("equipoise_keep_last_success_seconds", "When a chore last went well, in unix seconds");
    describe_gauge!("equipoise_keep_run_seconds", "How long a chore's last run took");
    describe_gauge!("equipoise_keep_accounts", "Accounts that hold or owe something");
    describe_gauge!("equipoise_keep_market_state", "0 open, 1 reduces only, 2 halted");
    describe_gauge!("equipoise_keep_surface_age_seconds", "Age of the posted surface");
    describe_gauge!("equipoise_keep_balance_ether", "Ether of the account that pays");
}

/// Tells of a run that went well.
pub fn tell_success(chore: ChoreName, note: &str, took: Duration) {
    info!(chore = chore.name(), millis = took.as_millis() as u64, "{note}");
    counter!("equipoise_keep_runs_total", "chore" => chore.name(), "result" => "ok").increment(1);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    gauge!("equipoise_keep_last_success_seconds", "chore" => chore.name()).set(now.as_secs_f64());
    gauge!("equipoise_keep_run_seconds", "chore" => chore.name()).set(took.as_secs_f64());
}

/// Tells of a run that failed.
pub fn tell_failure(chore: ChoreName, error: &KeepError, took: Duration) {
    warn!(chore = chore.name(), millis = took.as_millis() as u64, "{error}");
    counter!("equipoise_keep_runs_total", "chore" => chore.name(), "result" => "failed").increment(1);
    gauge!("equipoise_keep_run_seconds", "chore" => chore.name()).set(took.as_secs_f64());
}

/// Tells of what became of an order.
pub fn tell_deed(chore: ChoreName, deed: &Deed) {
    let Deed { label, call, fate } = deed;
    let result = match fate {
        Fate::Sent { transaction, gas } => {
            info!(chore = chore.name(), label, call, transaction, gas, "sent");
            counter!("equipoise_keep_gas_total", "label" => *label).increment(*gas);
            "sent"
        }
        Fate::Planned => {
            info!(chore = chore.name(), label, call, "would be sent");
            "planned"
        }
        Fate::Refused { reason } => {
            warn!(chore = chore.name(), label, call, reason, "refused");
            "refused"
        }
    };
    counter!("equipoise_keep_transactions_total", "label" => *label, "result" => result).increment(1);
}
