//! One account's entry in the ledger: cash and what of it is locked, packed in a slot.

/// An account's cash and lock, in atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    cash: i128,
    locked: u128,
}

/// Why an entry cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerError {
    /// The cash does not cover what is asked and the lock.
    Insufficient {
        /// What there is.
        cash: i128,
        /// What there would have to be.
        required: u128,
    },
    /// The amount takes cash or lock out of 128 bits.
    TooLarge {
        /// The amount.
        amount: u128,
    },
    /// More would be released than is locked.
    LockUnderflow {
        /// What is locked.
        locked: u128,
        /// What would be released.
        released: u128,
    },
}

impl Account {
    /// Unpacks a slot: cash in the high half, the lock in the low.
    pub fn from_slot(slot: [u8; 32]) -> Self {
        let mut cash = [0; 16];
        let mut locked = [0; 16];
        let (high, low) = slot.split_at(16);
        cash.copy_from_slice(high);
        locked.copy_from_slice(low);
        Self { cash: i128::from_be_bytes(cash), locked: u128::from_be_bytes(locked) }
    }

    /// Packs into a slot.
    pub fn to_slot(self) -> [u8; 32] {
        let mut slot = [0; 32];
        let (high, low) = slot.split_at_mut(16);
        high.copy_from_slice(&self.cash.to_be_bytes());
        low.copy_from_slice(&self.locked.to_be_bytes());
        slot
    }

    /// The cash, negative if it owes.
    pub const fn cash(self) -> i128 {
        self.cash
    }

    /// What of the cash is locked.
    pub const fn locked(self) -> u128 {
        self.locked
    }

    /// Adds `amount`.
    /// # Errors: TooLarge
    pub fn credit(self, amount: u128) -> Result<Self, LedgerError> {
        let cash = self.cash.checked_add_unsigned(amount);
        let cash = cash.ok_or(LedgerError::TooLarge { amount })?;
        Ok(Self { cash, ..self })
    }

    /// Takes `amount`, which the cash beyond the lock must cover.
    /// # Errors: Insufficient, TooLarge
    pub fn debit(self, amount: u128) -> Result<Self, LedgerError> {
        let required = self.locked.checked_add(amount).ok_or(LedgerError::TooLarge { amount })?;
        if !self.has(required) {
            return Err(LedgerError::Insufficient { cash: self.cash, required });
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
        let free = u128::try_from(self.cash).unwrap_or(0).saturating_sub(self.locked);
        let taken = amount.min(free);
        Ok((self.debit(taken)?, taken))
    }

    /// Changes the lock, whether or not the cash covers it: see [`Account::covered`].
    /// # Errors: TooLarge, LockUnderflow
    pub fn relock(self, change: i128) -> Result<Self, LedgerError> {
        let locked = self.locked.checked_add_signed(change).ok_or({
            let amount = change.unsigned_abs();
            if change < 0 {
                LedgerError::LockUnderflow { locked: self.locked, released: amount }
            } else {
                LedgerError::TooLarge { amount }
            }
        })?;
        Ok(Self { locked, ..self })
    }

    /// Passes the account on if its cash covers its lock.
    /// # Errors: Insufficient
    pub fn covered(self) -> Result<Self, LedgerError> {
        if self.has(self.locked) {
            Ok(self)
        } else {
            Err(LedgerError::Insufficient { cash: self.cash, required: self.locked })
        }
    }

    fn has(self, required: u128) -> bool {
        u128::try_from(self.cash).is_ok_and(|cash| cash >= required)
    }
}

#[cfg(test)]
mod tests;
