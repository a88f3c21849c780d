//! One account's entry in the ledger, packed in a slot.

use equipoise_interfaces::account::{Holds, MAX_MARKETS};

const FLAGS: usize = 29;
const SHORT: usize = 30;
const HELD: usize = 31;
const BLAMED: usize = 28;

/// An account's cash in atoms, and which markets it holds anything in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    cash: i128,
    held: u8,
    short: u8,
    blamed: u8,
    is_in_auction: bool,
}

/// Why an entry cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerError {
    /// The cash does not cover what is asked.
    Insufficient {
        /// What there is.
        cash: i128,
        /// What there would have to be.
        required: u128,
    },
    /// The amount takes cash out of 128 bits.
    TooLarge {
        /// The amount.
        amount: u128,
    },
}

impl Account {
    /// Unpacks a slot: cash in the high half, then the market that is blamed for a debt, flags, and a bit for each market
    /// in which the account is short, and holds anything.
    pub fn from_slot(slot: [u8; 32]) -> Self {
        let mut cash = [0; 16];
        cash.copy_from_slice(slot.split_at(16).0);
        Self {
            cash: i128::from_be_bytes(cash),
            held: slot[HELD],
            short: slot[SHORT],
            blamed: slot[BLAMED],
            is_in_auction: slot[FLAGS] == 1,
        }
    }

    /// Packs into a slot.
    pub fn to_slot(self) -> [u8; 32] {
        let mut slot = [0; 32];
        slot.split_at_mut(16).0.copy_from_slice(&self.cash.to_be_bytes());
        slot[HELD] = self.held;
        slot[SHORT] = self.short;
        slot[BLAMED] = self.blamed;
        slot[FLAGS] = u8::from(self.is_in_auction);
        slot
    }

    /// The cash, negative if it owes.
    pub const fn cash(self) -> i128 {
        self.cash
    }

    /// A bit for each market it holds anything in.
    pub const fn held(self) -> u8 {
        self.held
    }

    /// A bit for each market it is short in.
    pub const fn short(self) -> u8 {
        self.short
    }

    /// The market that last took cash from it and left it below zero.
    pub const fn blamed(self) -> u8 {
        self.blamed
    }

    /// Whether it is up for auction.
    pub const fn is_in_auction(self) -> bool {
        self.is_in_auction
    }

    /// Whether what leaves it is bound by margin: it is short, owes, or is up for auction.
    pub const fn is_margined(self) -> bool {
        self.short != 0 || self.cash < 0 || self.is_in_auction
    }

    /// Up for auction, or no longer.
    #[must_use]
    pub const fn in_auction(self, is_in_auction: bool) -> Self {
        Self { is_in_auction, ..self }
    }

    /// With what it holds in a market.
    #[must_use]
    pub fn holding(self, market: u8, holds: Holds) -> Self {
        let bit = bit(market);
        let (held, short) = match holds {
            Holds::Nothing => (false, false),
            Holds::Longs => (true, false),
            Holds::Short => (true, true),
        };
        let set = |bits: u8, is_set: bool| if is_set { bits | bit } else { bits & !bit };
        Self { held: set(self.held, held), short: set(self.short, short), ..self }
    }

    /// Blames a market for what it owes now, if it owes and owed less before.
    #[must_use]
    pub const fn blaming(self, market: u8, before: Self) -> Self {
        let is_to_blame = self.cash < 0 && self.cash < before.cash;
        Self { blamed: if is_to_blame { market } else { self.blamed }, ..self }
    }

    /// Adds a signed amount, into debt if need be.
    /// # Errors: TooLarge
    pub fn moved(self, amount: i128) -> Result<Self, LedgerError> {
        let cash = self.cash.checked_add(amount);
        let cash = cash.ok_or(LedgerError::TooLarge { amount: amount.unsigned_abs() })?;
        Ok(Self { cash, ..self })
    }

    /// Adds `amount`.
    /// # Errors: TooLarge
    pub fn credit(self, amount: u128) -> Result<Self, LedgerError> {
        let cash = self.cash.checked_add_unsigned(amount);
        let cash = cash.ok_or(LedgerError::TooLarge { amount })?;
        Ok(Self { cash, ..self })
    }

    /// Takes `amount`, which the cash must cover; nothing can be taken of what owes.
    /// # Errors: Insufficient, TooLarge
    pub fn debit(self, amount: u128) -> Result<Self, LedgerError> {
        if amount > u128::try_from(self.cash).unwrap_or(0) {
            return Err(LedgerError::Insufficient { cash: self.cash, required: amount });
        }
        self.owe(amount)
    }

    /// Takes `amount`, into debt if need be.
    /// # Errors: TooLarge
    pub fn owe(self, amount: u128) -> Result<Self, LedgerError> {
        let cash = self.cash.checked_sub_unsigned(amount);
        let cash = cash.ok_or(LedgerError::TooLarge { amount })?;
        Ok(Self { cash, ..self })
    }

    /// Takes as much of `amount` as there is. Returns what was taken.
    /// # Errors: TooLarge
    pub fn debit_up_to(self, amount: u128) -> Result<(Self, u128), LedgerError> {
        let taken = amount.min(u128::try_from(self.cash).unwrap_or(0));
        Ok((self.debit(taken)?, taken))
    }
}

/// A market's bit.
pub fn bit(market: u8) -> u8 {
    1u8.checked_shl(u32::from(market)).unwrap_or(0)
}

/// The markets of a set, by number.
pub fn markets(bits: u8) -> impl Iterator<Item = u8> + Clone {
    (0..MAX_MARKETS).filter(move |market| bits & bit(*market) != 0)
}

#[cfg(test)]
mod tests;
