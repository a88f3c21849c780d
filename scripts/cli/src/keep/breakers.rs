//! The breakers are looked at when a look would change something: a rule that a reading has reached, or one whose time to
//! recover has come.

use equipoise_interfaces::{Breaker, IBreakers};

use super::client::Client;
use super::context::Context;
use super::error::KeepError;

/// Why a look is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A rule would trip.
    Trips,
    /// A rule would recover.
    Recovers,
}

/// Whether a look would change anything.
/// # Inputs: unix seconds; every rule with its reading
pub fn due(now: u64, rules: &[Breaker]) -> Option<Look> {
    let trips = |rule: &Breaker| !rule.isTripped && rule.reading >= rule.limit;
    let recovers = |rule: &Breaker| rule.isTripped && rule.reading < rule.recoversBelow && rule.recoversAt <= now;
    let mut read = rules.iter().filter(|rule| rule.isRead);
    if read.clone().any(trips) {
        return Some(Look::Trips);
    }
    read.any(recovers).then_some(Look::Recovers)
}

/// Looks at every market's breakers where that would change something.
/// # Returns: how each market is, in words
/// # Errors: [`KeepError`]
pub fn run(at: &mut Context) -> Result<String, KeepError> {
    let mut states = Vec::new();
    for site in at.site.markets.clone() {
        let client: &mut dyn Client = &mut at.remote;
        let rules = client.view(site.market, &IBreakers::breakersCall {})?;
        if due(client.now()?, &rules).is_some() {
            // What is refused is noted.
            client.try_send("poke", site.market, &IBreakers::pokeCall {})?.ok();
        }
        states.push(state(client, site.market)?);
    }
    Ok(states.join("; "))
}

fn state(client: &mut dyn Client, market: alloy_primitives::Address) -> Result<String, KeepError> {
    let said = client.view(market, &IBreakers::marketStateCall {})?;
    metrics::gauge!("equipoise_keep_market_state", "market" => market.to_string()).set(f64::from(said.state));
    let until = said.recoversAt;
    Ok(match said.state {
        0 => format!("{market} is open"),
        1 => format!("{market} reduces only, until {until} at the earliest"),
        _ => format!("{market} is halted, until {until} at the earliest"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Breaker = Breaker {
        measure: 0,
        effect: 1,
        isSecs: true,
        isOfPrice: false,
        isTripped: false,
        isRead: true,
        reading: 0,
        limit: 100,
        recoversBelow: 50,
        cooldownSecs: 10,
        recoversAt: 0,
    };
    const TRIPPED: Breaker = Breaker { isTripped: true, recoversAt: 1_000, ..RULE };

    #[test]
    fn a_rule_that_a_reading_has_reached_is_looked_at() {
        assert_eq!(due(0, &[RULE]), None);
        assert_eq!(due(0, &[RULE, Breaker { reading: 99, ..RULE }]), None);
        assert_eq!(due(0, &[RULE, Breaker { reading: 100, ..RULE }]), Some(Look::Trips));
    }

    #[test]
    fn a_tripped_rule_is_looked_at_once_it_can_recover() {
        assert_eq!(due(999, &[TRIPPED]), None);
        assert_eq!(due(1_000, &[TRIPPED]), Some(Look::Recovers));
        // A look would find it bad again, and put its recovery off.
        assert_eq!(due(1_000, &[Breaker { reading: 50, ..TRIPPED }]), None);
    }

    #[test]
    fn a_rule_without_a_reading_neither_trips_nor_recovers() {
        assert_eq!(due(1_000, &[Breaker { isRead: false, ..TRIPPED }]), None);
        assert_eq!(due(1_000, &[Breaker { isRead: false, reading: 100, ..RULE }]), None);
    }
}
