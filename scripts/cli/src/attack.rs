//! The command `attack`: attackers that learn, against the market in native code.

use equipoise_simulate::attack::{Claim, Report, ATTACKS};
use serde::Serialize;

use crate::error::CliError;
use crate::report::table;

/// What all attacks brought.
#[derive(Debug, Serialize)]
pub struct Attacks {
    /// Seed of every random number.
    pub seed: u64,
    /// One for each attack.
    pub attacks: Vec<Report>,
}

/// Plays `rounds` rounds of every attack, or of those with `name` in their names.
/// # Errors: [`CliError::NoSuchAttack`]
pub fn run(seed: u64, rounds: u32, name: &str) -> Result<Attacks, CliError> {
    let chosen: Vec<_> = ATTACKS.iter().filter(|attack| attack.name.contains(name)).collect();
    if chosen.is_empty() {
        let names = ATTACKS.map(|attack| attack.name).join(", ");
        return Err(CliError::NoSuchAttack { name: name.to_owned(), names });
    }
    // Rounds depend on nothing but their seed, so attacks run side by side.
    let attacks = std::thread::scope(|scope| {
        let running: Vec<_> = chosen.iter().map(|attack| scope.spawn(|| attack.run(seed, rounds))).collect();
        running.into_iter().filter_map(|attack| attack.join().ok()).collect()
    });
    Ok(Attacks { seed, attacks })
}

impl Attacks {
    /// For people.
    pub fn render(&self) -> String {
        let rows = self.attacks.iter().map(|attack| {
            vec![
                title(attack),
                match attack.claim {
                    Claim::NeverGains => "never gains".to_owned(),
                    Claim::NoGainOnAverage => "no gain on average".to_owned(),
                    Claim::Excepted => "may gain".to_owned(),
                },
                attack.rounds.to_string(),
                attack.gained.to_string(),
                format!("{:.2} ± {:.2}", attack.mean_gain_bps, attack.standard_error_bps),
                format!("{:.2}", attack.best_gain_bps),
                if attack.holds() { "yes".to_owned() } else { "NO".to_owned() },
            ]
        });
        let header = ["attack", "claim", "rounds", "gained", "mean gain, bp of notional", "best, bp", "holds"];
        let about = self.attacks.iter().map(|attack| format!("{}: {}", title(attack), attack.description));
        let lines: Vec<String> = std::iter::once(table(&header, rows)).chain(about).collect();
        lines.join("\n")
    }

    /// Fails if an attacker gained more than he is allowed.
    /// # Errors: [`CliError::AttackSucceeded`]
    pub fn require_held(&self) -> Result<(), CliError> {
        let broken: Vec<_> = self.attacks.iter().filter(|attack| !attack.holds()).map(|attack| attack.name).collect();
        if broken.is_empty() {
            Ok(())
        } else {
            Err(CliError::AttackSucceeded(broken.join(", ")))
        }
    }
}

fn title(attack: &Report) -> String {
    attack.name.replace('_', " ")
}
