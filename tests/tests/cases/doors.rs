//! The calls that whoever is called back tries.

use alloy_primitives::aliases::U80;
use alloy_primitives::{Address, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{account, IClearing, IMarket, ITranche, IUnderwriter, IVault, IWrapper, UnderwritingOrder};
use equipoise_tests::TOKEN;

use crate::fixture::{call_of, leg, wad, DAY, FAR, K3000, LOT, SPOT, STRIKES};
use crate::offering::{domain_of, maker_key, offer_of, sign};
use crate::reentry::{Door, Scene};
use crate::stage::trade;

impl Scene {
    /// What any trader, LP and holder may do.
    fn changes(&mut self, actor: Address) -> Vec<Door> {
        let (market, clearing, vault) = (self.market.market, self.market.clearing, self.market.vault);
        let (junior, senior, wrapper) = (self.market.junior, self.market.senior, self.wrapper);
        let (own, second, other) = (account::of(actor), account::sub(actor, 1), account::of(self.trader));
        let one = U256::from(TOKEN);
        let legs = vec![leg(call_of(2, K3000), LOT)];
        let trade_for =
            IMarket::tradeForCall { account: own, legs: legs.clone(), maxCostAtoms: I256::MAX, deadline: FAR };
        let transfer = IMarket::transferLongsCall { from: own, to: second, legs: legs.clone() };
        let request = U256::from(self.market.world.read(vault, &IVault::nextEpochCall {}).epoch);
        let deposit = ITranche::requestDepositCall { assets: one, controller: actor, owner: actor };
        let shares = U256::from(self.market.shares(junior, actor) / 8);
        let redeem = ITranche::requestRedeemCall { shares, controller: actor, owner: actor };
        let claimable = self.market.world.read(junior, &ITranche::maxRedeemCall { controller: actor });
        let claim = ITranche::redeemCall { shares: claimable, receiver: actor, controller: actor };
        let cancel_deposit = ITranche::cancelDepositRequestCall { requestId: request, controller: actor };
        let cancel_redeem = ITranche::cancelRedeemRequestCall { requestId: request, controller: actor };
        let cash = IClearing::transferCashCall { from: own, to: second, amountAtoms: one };
        let take = IClearing::withdrawFromCall { account: own, amountAtoms: one, to: actor };
        vec![
            ("market.trade", market, trade(&legs).abi_encode()),
            ("market.tradeFor", market, trade_for.abi_encode()),
            ("market.transferLongs", market, transfer.abi_encode()),
            ("clearing.deposit", clearing, IClearing::depositCall { amountAtoms: one }.abi_encode()),
            (
                "clearing.depositFor",
                clearing,
                IClearing::depositForCall { account: other, amountAtoms: one }.abi_encode(),
            ),
            ("clearing.insure", clearing, IClearing::depositInsuranceCall { amountAtoms: one }.abi_encode()),
            ("clearing.withdraw", clearing, IClearing::withdrawCall { amountAtoms: one }.abi_encode()),
            ("clearing.withdrawFrom", clearing, take.abi_encode()),
            ("clearing.transferCash", clearing, cash.abi_encode()),
            ("clearing.setOperator", clearing, IClearing::setOperatorCall { operator: market, until: 1 }.abi_encode()),
            ("junior.requestDeposit", junior, deposit.abi_encode()),
            ("senior.requestDeposit", senior, deposit.abi_encode()),
            ("senior.cancelDeposit", senior, cancel_deposit.abi_encode()),
            ("junior.requestRedeem", junior, redeem.abi_encode()),
            ("junior.cancelRedeem", junior, cancel_redeem.abi_encode()),
            ("junior.deposit", junior, ITranche::deposit_0Call { assets: one, receiver: actor }.abi_encode()),
            ("junior.mint", junior, ITranche::mint_0Call { shares: U256::ONE, receiver: actor }.abi_encode()),
            ("junior.redeem", junior, claim.abi_encode()),
            ("junior.collect", junior, ITranche::collectCall { controller: actor }.abi_encode()),
            ("junior.transfer", junior, ITranche::transferCall { to: self.trader, value: shares }.abi_encode()),
            ("junior.approve", junior, ITranche::approveCall { spender: clearing, value: one }.abi_encode()),
            (
                "junior.setOperator",
                junior,
                ITranche::setOperatorCall { operator: clearing, approved: true }.abi_encode(),
            ),
            ("vault.accrue", vault, IVault::accrueCall {}.abi_encode()),
            (
                "wrapper.approve",
                wrapper,
                IWrapper::setApprovalForAllCall { operator: market, approved: true }.abi_encode(),
            ),
            ("underwriter.trade", self.underwriter, self.shared_trade(actor).abi_encode()),
            (
                "underwriter.cancel",
                self.underwriter,
                IUnderwriter::cancelCall { account: own, nonce: U256::ONE }.abi_encode(),
            ),
        ]
    }

    /// A trade of an actor's that a maker shares.
    fn shared_trade(&self, actor: Address) -> IUnderwriter::tradeCall {
        let key = maker_key();
        let offer = offer_of(key.address(), &[leg(call_of(2, K3000), LOT)], 10);
        let signature = sign(&offer, &key, &domain_of(&self.market, self.underwriter));
        let order = UnderwritingOrder {
            account: account::of(actor),
            vaultUnits: 1,
            makerUnits: 2,
            maxCostAtoms: I256::MAX,
            deadline: FAR,
        };
        IUnderwriter::tradeCall { order, offer, signature }
    }

    /// What prices and values are read from.
    fn views(&mut self, actor: Address) -> Vec<Door> {
        let (market, clearing, vault) = (self.market.market, self.market.clearing, self.market.vault);
        let (junior, own, one) = (self.market.junior, account::of(actor), U256::from(TOKEN));
        let (shares, legs) = (one, vec![leg(call_of(2, K3000), LOT)]);
        let IUnderwriter::tradeCall { order, offer, .. } = self.shared_trade(actor);
        vec![
            ("market.quote", market, IMarket::quoteCall { legs }.abi_encode()),
            ("market.book", market, IMarket::bookCall {}.abi_encode()),
            ("market.nav", market, IMarket::navCall {}.abi_encode()),
            ("clearing.cashOf", clearing, IClearing::cashOfCall { account: own }.abi_encode()),
            ("clearing.vaultCash", clearing, IClearing::vaultCashCall { market }.abi_encode()),
            ("clearing.accountMargin", clearing, IClearing::accountMarginCall { account: own }.abi_encode()),
            ("junior.totalAssets", junior, ITranche::totalAssetsCall {}.abi_encode()),
            ("junior.convertToAssets", junior, ITranche::convertToAssetsCall { shares }.abi_encode()),
            ("junior.convertToShares", junior, ITranche::convertToSharesCall { assets: one }.abi_encode()),
            ("vault.nav", vault, IVault::navCall {}.abi_encode()),
            ("vault.trancheValue", vault, IVault::trancheValueCall { isSenior: true }.abi_encode()),
            ("vault.claim", vault, IVault::claimCall {}.abi_encode()),
            ("underwriter.quote", self.underwriter, IUnderwriter::quoteCall { order, offer }.abi_encode()),
        ]
    }

    /// What works whenever nothing else runs.
    pub fn doors_of_all(&mut self, actor: Address) -> Vec<Door> {
        [self.changes(actor), self.views(actor)].concat()
    }

    /// What works at other times only, so that it is enough that the lock is what refuses it.
    pub fn doors_of_other_times(&mut self) -> Vec<Door> {
        let (clearing, wrapper) = (self.market.clearing, self.wrapper);
        let other = account::of(self.trader);
        let bid =
            IClearing::bidCall { account: other, bidder: other, mostShareX64: 1 << 64, mostPriceAtoms: I256::MAX };
        let unwrap = IWrapper::unwrapCall { series: call_of(1, K3000), lots: U256::ONE, toAccount: other };
        vec![
            // The keeper's, whatever its arguments: the lock is asked for before they are read.
            ("market.postSurface", self.market.market, IMarket::postSurfaceCall::SELECTOR.to_vec()),
            ("clearing.startAuction", clearing, IClearing::startAuctionCall { account: other }.abi_encode()),
            ("clearing.bid", clearing, bid.abi_encode()),
            ("clearing.endAuction", clearing, IClearing::endAuctionCall { account: other }.abi_encode()),
            ("clearing.takeOver", clearing, IClearing::takeOverCall { account: other }.abi_encode()),
            (
                "clearing.deleverage",
                clearing,
                IClearing::deleverageCall { account: other, counter: other }.abi_encode(),
            ),
            ("clearing.coverBadDebt", clearing, IClearing::coverBadDebtCall { account: other }.abi_encode()),
            ("wrapper.unwrap", wrapper, unwrap.abi_encode()),
        ]
    }

    /// What owners do.
    pub fn doors_of_owners(&mut self) -> Vec<Door> {
        let (market, clearing, vault) = (self.market.market, self.market.clearing, self.market.vault);
        let parameters = self.market.read(&IMarket::parametersCall {});
        let margins = self.market.read(&IMarket::marginParametersCall {});
        let agreed = self.market.world.read(vault, &IVault::termsCall {});
        let strikes = STRIKES.iter().map(|strike| wad(*strike)).collect();
        let list = IMarket::listBoardCall { expiry: self.market.now() + 40 * DAY, strikesWad: strikes };
        let successor = self.trader;
        vec![
            ("market.listBoard", market, list.abi_encode()),
            ("market.setParameters", market, IMarket::setParametersCall { parametersWad: parameters }.abi_encode()),
            ("market.setMargin", market, IMarket::setMarginParametersCall { parametersWad: margins }.abi_encode()),
            ("market.transferOwnership", market, IMarket::transferOwnershipCall { successor }.abi_encode()),
            ("clearing.setCorrelation", clearing, IClearing::setCorrelationCall { millionths: 500_000 }.abi_encode()),
            (
                "clearing.setInsuranceFloor",
                clearing,
                IClearing::setInsuranceFloorCall { market, floorTokens: 1 }.abi_encode(),
            ),
            (
                "clearing.registerProgram",
                clearing,
                IClearing::registerProgramCall { program: self.market.oracle }.abi_encode(),
            ),
            ("clearing.transferOwnership", clearing, IClearing::transferOwnershipCall { successor }.abi_encode()),
            ("vault.setTerms", vault, IVault::setTermsCall { agreed }.abi_encode()),
        ]
    }

    /// Goes past the cut of the oldest epoch, with a price from after it.
    pub fn pass_cut(&mut self) -> Vec<Door> {
        let vault = self.market.vault;
        let cut = self.market.world.read(vault, &IVault::nextEpochCall {}).cutAt;
        self.market.world.go_to(cut);
        self.market.push(SPOT);
        let process = IVault::processEpochCall { firstRounds: vec![self.market.world.first_round_from(cut)] };
        vec![("vault.processEpoch", vault, process.abi_encode())]
    }

    /// Goes to the first board's expiry.
    /// # Returns: the call that settles it, then those that it makes possible
    pub fn expire(&mut self, actor: Address) -> [Vec<Door>; 2] {
        let (market, wrapper) = (self.market.market, self.wrapper);
        let first = U80::from(self.market.expire_at(1, SPOT + 100));
        let settle = IMarket::settleBoardCall { board: 1, firstRound: first };
        let own = account::of(actor);
        let settle_account = IMarket::settleAccountCall { account: own, board: 1 };
        let redeem = IWrapper::redeemCall { series: call_of(1, K3000), lots: U256::MAX, toAccount: own };
        let mut then = vec![
            ("market.settleAccount", market, settle_account.abi_encode()),
            ("wrapper.settle", wrapper, IWrapper::settleCall { board: 1 }.abi_encode()),
        ];
        if actor == self.receiver {
            then.push(("wrapper.redeem", wrapper, redeem.abi_encode()));
        }
        [vec![("market.settleBoard", market, settle.abi_encode())], then]
    }
}
