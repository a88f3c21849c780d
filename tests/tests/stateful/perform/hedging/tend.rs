//! What lies at the lender and is owed there: counted, and followed by what is posted.

use equipoise_interfaces::IHedger;
use equipoise_risk::hedge::Hedge;
use equipoise_risk::units::Money;
use equipoise_tests::Failure;

use crate::action::hedging::Where;
use crate::double::fills::Before;
use crate::double::hedging::units_floor;
use crate::double::lender::Account;
use crate::double::scale;
use crate::invariants::hedging::{a_rebalance_leaves_liabilities_untouched, assets, no_allowance_is_left_behind};
use crate::life::Life;
use crate::native::price_of;
use crate::slots::Picture;

impl Life {
    /// What lies at the lender and is owed there, if he is open.
    pub(super) fn counted_at_lender(&mut self, picture: &Picture) -> Account {
        let account = self.account_at_lender();
        if picture.hedger.caps[Where::Lender as usize] == 0 {
            return Account::default();
        }
        account
    }

    /// The lender keeps what the double says, and the market has been told.
    pub(super) fn follow_lender(&mut self, before: &Picture, after: &Picture, account: &Account) {
        let is_open = before.hedger.caps[Where::Lender as usize] != 0;
        let kept = if is_open { account.kept() } else { before.hedger.scaled };
        assert_eq!(after.hedger.scaled, kept, "what Aave keeps");
        self.course.here.told = [account.collateral.balance(), account.debt.balance()];
        let [collateral, _] = self.course.here.told;
        let units = units_floor(account.net(after.hedger.atoms));
        let hedge = Hedge { units, cash: Money::from_fx(units_floor(collateral.cast_signed())) };
        assert_eq!(after.hedge, hedge, "what the market is told of the hedge");
    }

    /// What is posted becomes what the debt asks for, as far as the vault has it to spare; nobody gains or loses by it.
    pub(super) fn tend_hedge(&mut self, by: u8) -> Result<(), Failure> {
        self.align_places(false);
        let (hedger, before) = (self.own.hedging.hedges.hedger, self.picture());
        let account = self.counted_at_lender(&before);
        self.tell(by, hedger, &IHedger::tendCall {})?;
        let after = self.picture();
        let spot = price_of(self.moment().expect("nobody tends without a price").spot_wad);
        let there = Before { hedger: &before.hedger, account, spot, beyond: None };
        let (needed, lies) = (there.collateral(account.debt.balance()).0, account.collateral.balance());
        let paid = before.vault_cash() - after.vault_cash();
        let missing = needed.cast_signed() - lies.cast_signed();
        assert!(paid == missing || (0..missing).contains(&paid), "{paid} is posted where {missing} are missing");
        let mut left = account;
        if paid > 0 {
            left.collateral.grow(paid.unsigned_abs());
        } else if paid < 0 {
            left.collateral.shrink(paid.unsigned_abs());
        }
        self.follow_lender(&before, &after, &left);
        a_rebalance_leaves_liabilities_untouched(&before, &after);
        no_allowance_is_left_behind(self);
        assert_eq!(after.trading, before.trading, "the skew reserve pays for no posting");
        let [had, has] = assets((&before, &after), [&account, &left], spot);
        let moved = scale().atoms_floor(had.minus(has).unwrap()).unwrap();
        assert!(moved.count().abs() <= 1, "tending moves {moved:?} of the vault's assets");
        self.reach("tending posts more", paid > 0);
        self.reach("tending takes back", paid < 0);
        Ok(())
    }
}
