//! What the owner sets within bounds, and what nobody else may.

use alloy_primitives::{Address, B256, I256, U256};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{account, Fill, IClearing, IMarket, IMarketMargin, ITranche, IVault, Margin, Report, Terms};
use equipoise_risk::governed::MOST_FLOOR;
use equipoise_risk::margin::{MarginParameters, RULES as MARGIN_RULES};
use equipoise_risk::parameters::{Parameters, MILLIONTH_WAD, RULES};

use crate::generate::Draw;
use crate::life::{Life, Outcome};

fn wads(millionths: &[u32]) -> Vec<U256> {
    millionths.iter().map(|number| U256::from(u128::from(*number) * MILLIONTH_WAD)).collect()
}

/// A number of a rule: within its bounds, seldom a little beyond them.
pub(super) fn drawn(draw: &mut Draw, min: u32, max: u32) -> u32 {
    match draw.below(12) {
        0 => max.saturating_add(1),
        1 => min.saturating_sub(1),
        2 => min,
        3 => max,
        _ => min + draw.below(u64::from(max - min) + 1) as u32,
    }
}

impl Life {
    fn by_owner<C: SolCall>(&mut self, to: Address, call: &C) -> Outcome {
        let owner = self.market.world.owner;
        Outcome::of(self.send(owner, to, call).map(drop), &[])
    }

    /// A few of them; none for all defaults.
    pub(super) fn set_parameters(&mut self, seed: u32, count: u8) -> Outcome {
        let mut draw = Draw::new(seed.into());
        let mut numbers = self.before().parameters.all_millionths();
        if count == 0 {
            numbers = Parameters::default().all_millionths();
        }
        for _ in 0..count {
            let place = draw.below(RULES.len() as u64) as usize;
            numbers[place] = drawn(&mut draw, RULES[place].min, RULES[place].max);
        }
        let market = self.market.market;
        let outcome = self.by_owner(market, &IMarket::setParametersCall { parametersWad: wads(&numbers) });
        assert_eq!(outcome.result.is_ok(), Parameters::new(numbers).is_ok(), "parameters in their bounds are taken");
        outcome
    }

    pub(super) fn set_margin_parameters(&mut self, seed: u32, count: u8) -> Outcome {
        let mut draw = Draw::new(seed.into());
        let mut numbers = self.before().margin_parameters.all_millionths();
        if count == 0 {
            numbers = MarginParameters::default().all_millionths();
        }
        for _ in 0..count {
            let place = draw.below(MARGIN_RULES.len() as u64) as usize;
            numbers[place] = drawn(&mut draw, MARGIN_RULES[place].min, MARGIN_RULES[place].max);
        }
        let market = self.market.market;
        let outcome = self.by_owner(market, &IMarket::setMarginParametersCall { parametersWad: wads(&numbers) });
        let is_allowed = MarginParameters::new(numbers).is_ok();
        assert_eq!(outcome.result.is_ok(), is_allowed, "parameters in their bounds are taken");
        outcome
    }

    pub(super) fn set_terms(&mut self, seed: u32) -> Outcome {
        let mut draw = Draw::new(seed.into());
        let (rate, coverage) = (drawn(&mut draw, 0, 500_000), drawn(&mut draw, 100_000, 500_000));
        let fees = [20_000, 200_000].map(|most| if draw.below(2) == 0 { 0 } else { drawn(&mut draw, 0, most) });
        let agreed = Terms {
            seniorRate: rate,
            coverage,
            managementFee: fees[0],
            performanceFee: fees[1],
            feeRecipient: self.actors.address(seed as u8),
        };
        let vault = self.market.vault;
        self.by_owner(vault, &IVault::setTermsCall { agreed })
    }

    pub(super) fn set_correlation(&mut self, millionths: u32) -> Outcome {
        let clearing = self.market.clearing;
        self.by_owner(clearing, &IClearing::setCorrelationCall { millionths })
    }

    pub(super) fn set_insurance_floor(&mut self, tokens: u32) -> Outcome {
        let (clearing, market) = (self.market.clearing, self.market.market);
        let before = self.before().clone();
        let outcome = self.by_owner(clearing, &IClearing::setInsuranceFloorCall { market, floorTokens: tokens });
        assert_eq!(outcome.result.is_ok(), tokens <= MOST_FLOOR, "a floor in its bounds is taken");
        let after = self.picture();
        assert_eq!(after.insurance_floor, if outcome.result.is_ok() { tokens } else { before.insurance_floor });
        assert_eq!(after.bad_debt, before.bad_debt, "which is in the same slot");
        outcome
    }

    /// A call that only another program or the owner may make.
    pub(super) fn stranger(&mut self, by: u8, call: u8) -> Outcome {
        let market = &self.market;
        let (clearing, vault, junior, market) = (market.clearing, market.vault, market.junior, market.market);
        let stranger = self.actors.address(by);
        let own = account::of(stranger);
        let some = U256::from(1_000_000u64);
        let calls: [(Address, Vec<u8>); 23] = [
            (clearing, record_trade(own, stranger)),
            (
                clearing,
                IClearing::recordTransferCall { from: own, to: own, caller: stranger, fromHolds: 0, toHolds: 0 }
                    .abi_encode(),
            ),
            (clearing, IClearing::settleVaultCall { payoffAtoms: I256::ONE }.abi_encode()),
            (clearing, IClearing::settleAccountCall { account: own, payoffAtoms: I256::ONE, holds: 0 }.abi_encode()),
            (clearing, IClearing::fundInsuranceCall { amountAtoms: some }.abi_encode()),
            (clearing, IClearing::takeLpDepositCall { from: stranger, amountAtoms: some }.abi_encode()),
            (clearing, IClearing::returnLpDepositCall { to: stranger, amountAtoms: some }.abi_encode()),
            (clearing, IClearing::payLpClaimCall { to: stranger, amountAtoms: some }.abi_encode()),
            (
                clearing,
                IClearing::settleLpEpochCall {
                    market: 0,
                    acceptedAtoms: some,
                    refusedAtoms: some,
                    redeemedAtoms: some,
                }
                .abi_encode(),
            ),
            (clearing, IClearing::reallocateCall { from: 0, to: 0, amountAtoms: some }.abi_encode()),
            (clearing, IClearing::enterLockCall {}.abi_encode()),
            (clearing, IClearing::exitLockCall {}.abi_encode()),
            (clearing, IClearing::registerMarketCall { market: stranger }.abi_encode()),
            (clearing, IClearing::setCorrelationCall { millionths: 500_000 }.abi_encode()),
            (clearing, IClearing::setInsuranceFloorCall { market, floorTokens: 1 }.abi_encode()),
            (clearing, IClearing::transferOwnershipCall { successor: stranger }.abi_encode()),
            (market, IMarketMargin::moveShareCall { from: own, to: own, shareX64: 1 << 64 }.abi_encode()),
            (market, IMarketMargin::takeOverCall { account: own, vaultCashAtoms: I256::ZERO }.abi_encode()),
            (market, IMarket::recordLpFlowCall { flowAtoms: I256::ONE }.abi_encode()),
            (market, IMarket::setParametersCall { parametersWad: Vec::new() }.abi_encode()),
            (vault, IVault::setTermsCall { agreed: no_terms(stranger) }.abi_encode()),
            (vault, IVault::wireCall { senior: stranger, junior: stranger, allocations: Vec::new() }.abi_encode()),
            (junior, ITranche::settleEpochCall { epoch: 1, filled: no_fill(), isNewSeries: true }.abi_encode()),
        ];
        let (to, data) = calls[usize::from(call) % calls.len()].clone();
        let result = self.send_data(stranger, to, data).map(drop);
        assert!(result.is_err(), "a stranger may do what is call {} here", usize::from(call) % calls.len());
        Outcome::of(result, &[])
    }
}

fn record_trade(own: B256, caller: Address) -> Vec<u8> {
    let margin = Margin { valueX64: 0, markX64: 0, maintenanceX64: [0; 32], initialX64: [0; 32] };
    let report = Report { holds: 0, isReducing: false, margin };
    IClearing::recordTradeCall { account: own, caller, costAtoms: I256::MINUS_ONE, report }.abi_encode()
}

fn no_terms(recipient: Address) -> Terms {
    Terms { seniorRate: 0, coverage: 500_000, managementFee: 0, performanceFee: 0, feeRecipient: recipient }
}

fn no_fill() -> Fill {
    Fill { acceptedAtoms: U256::ZERO, sharesMinted: U256::ZERO, sharesBurned: U256::ZERO, paidAtoms: U256::ZERO }
}
