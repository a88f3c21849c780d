//! A quorum: enough of those who may sign have signed, each once.

use alloy_primitives::{Address, B256};
use stylus_sdk::host::VM;

use crate::lean::Arguments;
use crate::signature::require_signed;
use crate::Revert;

/// Signers that a program can have at most.
pub const MAX_SIGNERS: usize = 16;

/// Why there is no quorum. Programs say it in errors of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuorumError {
    /// Too many may sign, or more must sign than may, or nobody must.
    Invalid {
        /// How many may sign.
        count: usize,
    },
    /// Nobody may sign yet.
    Unset,
    /// Fewer have signed than must.
    TooFew {
        /// How many have.
        count: usize,
    },
    /// The addresses do not rise.
    Unordered {
        /// Who is not above the one before.
        signer: Address,
        /// The one before, zero if there is none.
        previous: Address,
    },
    /// Somebody has signed who may not.
    Unknown {
        /// Who.
        signer: Address,
    },
    /// A signature is not its signer's, or is malformed.
    Refused(Revert),
}

/// Whether these may be those who may sign, by rising address, and so many of them must.
/// # Returns: how many there are
/// # Errors: `Invalid`, `Unordered`
pub fn check_signers(signers: &[Address], threshold: u8) -> Result<u8, QuorumError> {
    let invalid = QuorumError::Invalid { count: signers.len() };
    let count = u8::try_from(signers.len()).ok().filter(|_| signers.len() <= MAX_SIGNERS);
    let Some(count) = count.filter(|count| (1..=*count).contains(&threshold)) else {
        return Err(invalid);
    };
    // Nobody has the zero address, so none may be first.
    let mut previous = Address::ZERO;
    for signer in signers {
        previous = rising(*signer, previous)?;
    }
    Ok(count)
}

/// Fails unless so many of those `listed` have signed a digest, and nobody else. Both come by rising address; each that is
/// `given` is a signer and the bytes of his signature.
///
/// Warning: signers' contracts speak, in static calls. Store nothing before.
/// # Errors: `Unset`, `TooFew`, `Unordered`, `Unknown`, `Refused`
pub fn require_quorum(
    vm: &VM,
    digest: B256,
    threshold: u8,
    mut listed: impl Iterator<Item = Address>,
    given: Vec<Arguments<'_>>,
) -> Result<(), QuorumError> {
    if threshold == 0 {
        return Err(QuorumError::Unset);
    }
    if given.len() < usize::from(threshold) {
        return Err(QuorumError::TooFew { count: given.len() });
    }
    let mut previous = Address::ZERO;
    for mut each in given {
        let signer: Address = each.take().map_err(QuorumError::Refused)?;
        previous = rising(signer, previous)?;
        // Both rise, so whoever was passed over cannot come later.
        if !listed.any(|one| one == signer) {
            return Err(QuorumError::Unknown { signer });
        }
        let signed = each.take_bytes().and_then(|signature| require_signed(vm, signer, digest, signature));
        signed.map_err(QuorumError::Refused)?;
    }
    Ok(())
}

fn rising(signer: Address, previous: Address) -> Result<Address, QuorumError> {
    if signer <= previous {
        return Err(QuorumError::Unordered { signer, previous });
    }
    Ok(signer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rising_addresses(count: u8) -> Vec<Address> {
        (1..=count).map(Address::with_last_byte).collect()
    }

    #[test]
    fn signers_are_one_to_sixteen_and_from_one_to_all_of_them_must_sign() {
        for count in 1..=16 {
            let signers = rising_addresses(count);
            for threshold in 1..=count {
                assert_eq!(check_signers(&signers, threshold), Ok(count));
            }
            for threshold in [0, count + 1, u8::MAX] {
                let invalid = QuorumError::Invalid { count: count.into() };
                assert_eq!(check_signers(&signers, threshold), Err(invalid));
            }
        }
        for count in [0, 17, 255] {
            let invalid = QuorumError::Invalid { count: count.into() };
            assert_eq!(check_signers(&rising_addresses(count), 1), Err(invalid));
        }
    }

    #[test]
    fn signers_rise_and_none_is_nobody() {
        let [one, two] = [1, 2].map(Address::with_last_byte);
        let refused = |signers: &[Address], signer, previous| {
            assert_eq!(check_signers(signers, 1), Err(QuorumError::Unordered { signer, previous }));
        };
        refused(&[two, one], one, two);
        refused(&[one, one], one, one);
        refused(&[Address::ZERO, one], Address::ZERO, Address::ZERO);
    }
}
