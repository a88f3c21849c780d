//! Groups and numbers by name, and numbers as people write them.

use std::fmt::Write;

use clap::ValueEnum;
use equipoise_interfaces::Tuning;
use equipoise_risk::governed::{Group, Refusal, Riskier, Rule, Step, VAULT_RULES};
use equipoise_risk::rebalance::TERM_RULES;
use equipoise_risk::{margin, parameters};

use super::error::GovernanceError;

/// Millionths in one.
const MILLION: u32 = parameters::MILLION as u32;

/// A group of numbers as the command line names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupName {
    /// A market's parameters
    Market,
    /// A market's margin
    Margin,
    /// What the clearing house credits between markets
    Offset,
    /// What the vault's tranches have agreed
    Vault,
    /// What the insurance fund must hold for a market to open trades
    Insurance,
    /// What is ruled of a hedger's rebalances
    Hedge,
    /// How far learning may widen a market's spreads
    Learning,
}

impl GroupName {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Market, Self::Margin, Self::Offset, Self::Vault, Self::Insurance, Self::Hedge, Self::Learning];

    /// As the registry numbers it.
    pub const fn number(self) -> u8 {
        self.group().number()
    }

    /// As the rules have it.
    pub const fn group(self) -> Group {
        match self {
            Self::Market => Group::Market,
            Self::Margin => Group::Margin,
            Self::Offset => Group::Offset,
            Self::Vault => Group::Vault,
            Self::Insurance => Group::Insurance,
            Self::Hedge => Group::Hedge,
            Self::Learning => Group::Learning,
        }
    }

    /// The kind of programs that have it.
    pub const fn kind(self) -> u8 {
        match self {
            Self::Market | Self::Margin | Self::Insurance | Self::Learning => 1,
            Self::Offset => 2,
            Self::Vault => 3,
            Self::Hedge => 4,
        }
    }

    /// By the registry's number.
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.number() == number)
    }

    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Margin => "margin",
            Self::Offset => "offset",
            Self::Vault => "vault",
            Self::Insurance => "insurance",
            Self::Hedge => "hedge",
            Self::Learning => "learning",
        }
    }

    /// What its numbers are called, in their order.
    pub fn names(self) -> Vec<String> {
        match self {
            Self::Market => parameters::RULES.iter().map(|rule| kebab(&format!("{:?}", rule.parameter))).collect(),
            Self::Margin => margin::RULES.iter().map(|rule| kebab(&format!("{:?}", rule.parameter))).collect(),
            Self::Offset => vec!["correlation".to_owned()],
            Self::Vault => VAULT_RULES.iter().map(|rule| kebab(&format!("{:?}", rule.term))).collect(),
            Self::Insurance => vec!["floor-millions".to_owned()],
            Self::Learning => vec!["most".to_owned()],
            Self::Hedge => TERM_RULES.iter().map(|rule| kebab(&format!("{:?}", rule.term))).collect(),
        }
    }

    /// What the number at a place is called.
    pub fn name(self, place: usize) -> String {
        self.names().get(place).cloned().unwrap_or_else(|| place.to_string())
    }

    /// Where the number of a name is.
    /// # Errors: [`GovernanceError::NameUnknown`]
    pub fn place(self, name: &str) -> Result<u8, GovernanceError> {
        let names = self.names();
        let found = names.iter().position(|each| each == name).and_then(|place| u8::try_from(place).ok());
        found.ok_or_else(|| GovernanceError::NameUnknown {
            group: self.text().to_owned(),
            name: name.to_owned(),
            names: names.join(", "),
        })
    }

    /// Reads `NAME=NUMBER`s, and brings them into their order.
    /// # Errors: [`GovernanceError::Assignment`], [`GovernanceError::NameUnknown`], [`GovernanceError::Number`]
    pub fn tunings(self, assignments: &[String]) -> Result<Vec<Tuning>, GovernanceError> {
        let tuning = |text: &String| {
            let (name, number) = text.split_once('=').ok_or_else(|| GovernanceError::Assignment(text.clone()))?;
            Ok(Tuning { parameter: self.place(name.trim())?, millionths: parse(number.trim())? })
        };
        let mut tunings = assignments.iter().map(tuning).collect::<Result<Vec<_>, GovernanceError>>()?;
        tunings.sort_by_key(|tuning| tuning.parameter);
        Ok(tunings)
    }
}

/// `LambdaFloor` as `lambda-floor`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// Millionths as a decimal.
pub fn decimal(millionths: u32) -> String {
    let text = format!("{}.{:06}", millionths / MILLION, millionths % MILLION);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A decimal as millionths, exactly.
/// # Errors: [`GovernanceError::Number`]
pub fn parse(text: &str) -> Result<u32, GovernanceError> {
    let unreadable = || GovernanceError::Number(text.to_owned());
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 6 || !is_digits(whole) || !is_digits(part) {
        return Err(unreadable());
    }
    let whole: u32 = whole.parse().map_err(|_| unreadable())?;
    let part: u32 = format!("{part:0<6}").parse().map_err(|_| unreadable())?;
    whole.checked_mul(MILLION).and_then(|millionths| millionths.checked_add(part)).ok_or_else(unreadable)
}

/// What is ruled about a number, in words.
pub fn bounds(rule: &Rule, current: u32) -> String {
    let mut text = format!("{} to {}", decimal(rule.min), decimal(rule.max));
    let step = match rule.terms.step {
        Step::Absolute(step) => decimal(step),
        Step::Relative(share) => {
            format!("{} % = {}", decimal(share * 100), decimal(rule.terms.step.most_floor(current)))
        }
    };
    let riskier = match rule.terms.riskier {
        Riskier::Up => "up",
        Riskier::Down => "down",
        Riskier::Either => "either way",
    };
    // Writing to a string cannot fail.
    write!(text, ", step {step}, every {} h, riskier {riskier}", rule.terms.interval_secs / 3_600).ok();
    text
}

/// Why a change would be refused, in words.
pub fn refusal(group: GroupName, refusal: Refusal) -> String {
    let name = |place| group.name(place);
    match refusal {
        Refusal::Nothing => "nothing is to be changed".to_owned(),
        Refusal::OutOfOrder { parameter, count } => format!("number {parameter} twice, or not one of {count}"),
        Refusal::Unchanged { parameter, value } => format!("{} is {} already", name(parameter), decimal(value)),
        Refusal::OutOfBounds { parameter, value, min, max } => {
            format!("{} of {} is not within {} to {}", name(parameter), decimal(value), decimal(min), decimal(max))
        }
        Refusal::StepTooLarge { parameter, value, current, step } => {
            let (value, current, step) = (decimal(value), decimal(current), decimal(step));
            format!("{} from {current} to {value} is more than a step of {step}", name(parameter))
        }
        Refusal::TooEarly { parameter, earliest } => {
            format!("{} may be changed again from {earliest} on (unix seconds)", name(parameter))
        }
        Refusal::Loosening { parameter, value, current } => {
            format!("{} from {} to {} is not safer", name(parameter), decimal(current), decimal(value))
        }
        Refusal::BindsExisting { parameter } => format!("{} takes a vote", name(parameter)),
        Refusal::Inconsistent { lesser, greater } => {
            format!("{} would not be below {}", name(lesser), name(greater))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_written_to_the_last_digit() {
        for (text, millionths) in [("20", 20_000_000), ("0.0003", 300), ("1.25", 1_250_000), ("0", 0)] {
            assert_eq!(parse(text).unwrap(), millionths);
            assert_eq!(decimal(millionths), text);
        }
        assert_eq!(decimal(u32::MAX), "4294.967295");
        assert_eq!(parse("4294.967295").unwrap(), u32::MAX);
        for text in ["", "-1", "1e3", "4294.967296", "0.0000001", "1,5", ".5", "1.2.3"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_number_has_one_name_and_is_found_by_it() {
        for group in GroupName::ALL {
            let names = group.names();
            assert_eq!(names.len(), group.group().count());
            for (place, name) in names.iter().enumerate() {
                assert_eq!(usize::from(group.place(name).unwrap()), place, "{name}");
            }
            assert_eq!(GroupName::of(group.number()), Some(group));
        }
        assert_eq!(GroupName::Market.name(1), "lambda-floor");
        let error = GroupName::Vault.place("lambda").unwrap_err().to_string();
        assert!(error.contains("senior-rate, coverage, management-fee, performance-fee"), "{error}");
    }

    #[test]
    fn assignments_come_in_the_order_of_their_places() {
        let given = ["fee=0.0004", "lambda = 24"].map(str::to_owned);
        let tunings = GroupName::Market.tunings(&given).unwrap();
        let expected = [(0, 24_000_000), (10, 400)].map(|(parameter, millionths)| Tuning { parameter, millionths });
        assert_eq!(tunings, expected);
        assert!(GroupName::Market.tunings(&["lambda".to_owned()]).is_err());
    }
}
