//! Revert data as words: which typed error it is, with its values.

use std::fmt;
use std::sync::LazyLock;

use alloy_primitives::hex;

use crate::explain::abi::{Abi, Decoded};
use crate::explain::values::raw;

/// Read once: it is asked of every refusal.
static DECLARED: LazyLock<Abi> = LazyLock::new(Abi::collect);

/// Why a call reverted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The error's name, or `Unknown`.
    pub name: String,
    /// The error with its values.
    pub text: String,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl Reason {
    /// Reads revert data, by the same declarations as `explain`.
    pub fn of(data: &[u8]) -> Self {
        DECLARED.error(data).map_or_else(
            || Self { name: "Unknown".to_owned(), text: format!("unknown revert data 0x{}", hex::encode(data)) },
            |(decoded, _)| Self { text: text(&decoded), name: decoded.name },
        )
    }
}

/// `Name(a: 1, b: 2)`, with the values as the ABI has them.
fn text(decoded: &Decoded) -> String {
    let values = decoded.arguments.iter().map(|(param, value)| match param.name.as_str() {
        "" => raw(value),
        name => format!("{name}: {}", raw(value)),
    });
    format!("{}({})", decoded.name, values.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use alloy_primitives::{Address, I256};
    use alloy_sol_types::{SolError, SolValue};
    use equipoise_interfaces::abi::declared;
    use equipoise_interfaces::MarketSlippageExceeded;

    use super::*;
    use crate::deployment::arbitrum::IArbWasm::ProgramNeedsUpgrade;
    use crate::deployment::{artifact_abis, ProxyAdmin};
    use crate::governance::abi::ITimelock;

    #[test]
    fn a_typed_error_is_named_with_its_values() {
        let error =
            MarketSlippageExceeded { costAtoms: I256::unchecked_from(7), maxCostAtoms: I256::unchecked_from(-5) };
        let reason = Reason::of(&error.abi_encode());
        assert_eq!(reason.name, "MarketSlippageExceeded");
        assert_eq!(reason.text, "MarketSlippageExceeded(costAtoms: 7, maxCostAtoms: -5)");
    }

    #[test]
    fn every_error_that_the_interfaces_declare_is_known_by_its_name() {
        let mut count = 0;
        for (error, _) in declared().into_iter().flat_map(|file| file.errors) {
            // A static type's zeros decode, whatever it is; the few others are read as empty.
            let words = vec![0; 32 * (2 * error.inputs.len() + 2)];
            let data = [error.selector().as_slice(), &words].concat();
            assert_eq!(Reason::of(&data).name, error.name);
            count += 1;
        }
        assert!(count > 200, "{count} errors are declared");
    }

    #[test]
    fn errors_of_what_is_beside_the_programs_are_known_too() {
        let account = Address::repeat_byte(7);
        let known = [
            (ProxyAdmin::OwnableUnauthorizedAccount { account }.abi_encode(), "OwnableUnauthorizedAccount"),
            (ITimelock::TimelockUnauthorizedCaller { caller: account }.abi_encode(), "TimelockUnauthorizedCaller"),
            (ProgramNeedsUpgrade { version: 2, stylusVersion: 3 }.abi_encode(), "ProgramNeedsUpgrade"),
        ];
        for (data, name) in known {
            let reason = Reason::of(&data);
            assert_eq!(reason.name, name);
        }
    }

    #[test]
    fn solidity_reasons_and_nonsense_are_told_apart() {
        let message = [&[0x08, 0xc3, 0x79, 0xa0][..], &("no",).abi_encode_params()].concat();
        assert_eq!(Reason::of(&message).text, "Error(message: \"no\")");
        assert_eq!(Reason::of(&[1, 2, 3, 4, 5]).text, "unknown revert data 0x0102030405");
        assert_eq!(Reason::of(&[]).name, "Unknown");
    }

    #[test]
    fn no_two_errors_share_a_selector() {
        let own = declared().into_iter().flat_map(|file| file.errors).map(|(error, _)| error);
        let beside = artifact_abis().flat_map(|(_, abi)| abi.errors.into_values().flatten().collect::<Vec<_>>());
        let mut names = BTreeMap::new();
        for error in own.chain(beside) {
            let signature = error.signature();
            let other = names.insert(error.selector(), signature.clone());
            assert!(other.as_ref().is_none_or(|other| *other == signature), "{signature} and {other:?}");
        }
    }
}
