//! What holders of a board are owed and what there is for them, in a slot.

use equipoise_risk::settlement::Debts;
use equipoise_risk::units::Atoms;

use super::{Reader, Slot, Writer};

/// The board whose payout ratio is not fixed yet, and its debts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoardDebts {
    /// Its id.
    pub board: u16,
    /// From when on the ratio may be fixed, in unix seconds.
    pub until: u64,
    /// What is owed, and what there is.
    pub debts: Debts,
}

impl BoardDebts {
    /// # Returns: None for amounts below zero, or from 2^96 atoms on
    pub fn encode(&self) -> Option<Slot> {
        let mut writer = Writer::new();
        let atoms = |amount: Atoms| u128::try_from(amount.count()).ok();
        writer
            .put(2, u128::from(self.board))?
            .put(5, u128::from(self.until))?
            .put(12, atoms(self.debts.owed)?)?
            .put(12, atoms(self.debts.covered)?)?;
        Some(writer.slot)
    }

    /// # Returns: None while no board has debts
    pub fn decode(slot: &Slot) -> Option<Self> {
        let mut reader = Reader::new(slot);
        let board = u16::try_from(reader.take(2)).unwrap_or(0);
        let until = reader.take_u64(5);
        // 96 bits.
        let mut atoms = || Atoms::new(reader.take(12).cast_signed());
        let debts = Debts { owed: atoms(), covered: atoms() };
        (board != 0).then_some(Self { board, until, debts })
    }
}
