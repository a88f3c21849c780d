//! What an operator sees of the solver: structured logs, and metrics for Prometheus.

use metrics::{counter, describe_counter, describe_gauge, gauge};
use tracing::{info, warn};

use super::report::MarketReport;
use crate::keep::Fate;

/// Says what each metric is.
pub fn describe() {
    describe_counter!("equipoise_solve_rounds_total", "Rounds, by what they came to");
    describe_counter!("equipoise_solve_rebalances_total", "Rebalances: sent, and of these accepted, lost and refused");
    describe_counter!("equipoise_solve_gas_total", "Gas that was paid for");
    describe_gauge!("equipoise_solve_tips_tokens", "Tips earned, in tokens");
    describe_gauge!("equipoise_solve_delta_share", "Delta to hedge, of risk capital");
    describe_gauge!("equipoise_solve_penalty_tokens", "The risk penalty R, in tokens");
}

/// Tells of a round.
pub fn tell(report: &MarketReport) {
    let market = report.market.clone();
    counter!("equipoise_solve_rounds_total", "market" => market.clone(), "result" => report.result).increment(1);
    for deed in &report.deeds {
        match &deed.fate {
            Fate::Sent { transaction, gas } => {
                info!(market, label = deed.label, transaction, gas, "sent");
                counter!("equipoise_solve_gas_total", "label" => deed.label).increment(*gas);
            }
            Fate::Planned => info!(market, label = deed.label, "would be sent"),
            Fate::Refused { reason } => warn!(market, label = deed.label, reason, "refused"),
        }
    }
    let rebalances = |result: &'static str| counter!("equipoise_solve_rebalances_total", "market" => market.clone(), "result" => result);
    let is_sent =
        |label: &str| report.deeds.iter().any(|deed| deed.label == label && !matches!(deed.fate, Fate::Planned));
    if is_sent("rebalance") {
        rebalances("sent").increment(1);
        rebalances(report.result).increment(1);
    }
    if let (Some(share), Some(penalty)) = (report.delta_share, report.penalty) {
        gauge!("equipoise_solve_delta_share", "market" => market.clone()).set(share);
        gauge!("equipoise_solve_penalty_tokens", "market" => market.clone()).set(penalty);
    }
    if let Some(done) = report.rebalance.as_ref().filter(|_| report.result == "accepted") {
        gauge!("equipoise_solve_tips_tokens", "market" => market.clone()).increment(done.tip);
        if done.is_as_computed == Some(false) {
            info!(market, "the hedger says something else than was computed: blocks lay in between");
        }
    }
    if let Some(done) = report.options.as_ref().filter(|_| report.result == "accepted") {
        gauge!("equipoise_solve_tips_tokens", "market" => market.clone()).increment(done.tip);
    }
    match report.result {
        "failed" => warn!(market, "{}", report.note),
        result => info!(market, result, "{}", report.note),
    }
}
