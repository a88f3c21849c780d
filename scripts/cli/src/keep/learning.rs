//! Spreads learn once a day, where votes have them learn: whoever comes first ends the epoch, so that nobody chooses its end.

use alloy_primitives::Address;
use equipoise_interfaces::{ILearning, Learning};

use super::client::Client;
use super::context::Context;
use super::error::KeepError;

/// Where nothing is learned.
const ONE: u32 = 1_000_000;

/// Whether an epoch is over.
/// # Inputs: unix seconds
pub const fn due(now: u64, learned: &Learning) -> bool {
    learned.mostMillionths > ONE && now >= learned.dueAt
}

/// Ends every market's epoch that is over.
/// # Returns: how wide each market's spreads are, in words
/// # Errors: [`KeepError`]
pub fn run(at: &mut Context) -> Result<String, KeepError> {
    let mut told = Vec::new();
    for site in at.site.markets.clone() {
        let client: &mut dyn Client = &mut at.remote;
        let learned = client.view(site.market, &ILearning::learningCall {})?;
        if due(client.now()?, &learned) {
            // What is refused is noted.
            client.try_send("learn", site.market, &ILearning::learnCall {})?.ok();
        }
        told.push(tell(client, site.market)?);
    }
    Ok(told.join("; "))
}

fn tell(client: &mut dyn Client, market: Address) -> Result<String, KeepError> {
    let learned = client.view(market, &ILearning::learningCall {})?;
    let factor = f64::from(learned.factorMillionths) / f64::from(ONE);
    metrics::gauge!("equipoise_keep_learned_factor", "market" => market.to_string()).set(factor);
    if learned.mostMillionths <= ONE {
        return Ok(format!("{market} does not learn"));
    }
    Ok(format!("{market} has learned to widen {factor} times, until {} at least", learned.dueAt))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEARNED: Learning = Learning {
        mostMillionths: 1_250_000,
        factorMillionths: ONE,
        epochs: 0,
        epochAt: 0,
        dueAt: 1_000,
        earnedWad: alloy_primitives::U256::ZERO,
        grossWad: alloy_primitives::U256::ZERO,
        chanceMillionths: ONE,
        gainsMillionths: [0; 4],
        baselineMillionths: 0,
    };

    #[test]
    fn an_epoch_is_over_at_its_second_and_never_where_nothing_is_learned() {
        assert_eq!([999, 1_000].map(|now| due(now, &LEARNED)), [false, true]);
        assert!(!due(1_000, &Learning { mostMillionths: ONE, ..LEARNED }));
    }
}
