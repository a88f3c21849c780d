//! Every type against the general codec.

use alloy_sol_types::SolValue;

use super::*;
use crate::words::decode;
use crate::words::same::{amount, same_call, same_error, same_event, words, ACCOUNT, OTHER, WHO};
use crate::Leg;

const MAKER: B256 = B256::repeat_byte(0xd4);

fn signed(value: u64) -> I256 {
    -I256::from_raw(amount(value))
}

#[test]
fn errors_are_as_the_general_codec_writes_them() {
    same_error(&MarketSelfTrade { maker: MAKER, taker: ACCOUNT });
    same_error(&UnderwriterUnitsInvalid { vaultUnits: 2, makerUnits: 3 });
    same_error(&UnderwriterOfferFilled { digest: MAKER, makerUnits: 2, unitsLeft: 3 });
    same_error(&UnderwriterOfferExpired { validUntil: 2, nowAt: 3 });
    same_error(&UnderwriterOfferCancelled { account: MAKER, nonce: amount(2), lastAt: 3 });
    same_error(&UnderwriterTakerDiffers { taker: WHO, offeredTo: OTHER });
    same_error(&UnderwriterCallerNotAuthorised { caller: WHO, account: ACCOUNT });
    same_error(&UnderwriterNotOperator { owner: WHO, underwriter: OTHER });
    same_error(&UnderwriterProceedsTooLow { proceedsAtoms: signed(2), leastAtoms: signed(3) });
    same_error(&UnderwriterSlippageExceeded { costAtoms: signed(2), maxCostAtoms: signed(3) });
    same_error(&UnderwriterPricesNotPulled { oracle: OTHER });
    same_error(&UnderwriterNumberOutOfDomain {});
}

#[test]
fn calls_are_as_the_general_codec_writes_them() {
    same_call(&IMarket::oracleCall {});
    for count in 0..3 {
        let legs = [(7, I256::MINUS_ONE), (8, I256::ONE)].into_iter().take(count);
        let legs: Vec<_> = legs.map(|(series, size)| Leg { series, sizeWad: size }).collect();
        same_call(&IMarket::quoteCall { legs: legs.clone() });
        let max = signed(2);
        same_call(&IMarket::tradeForCall { account: ACCOUNT, legs: legs.clone(), maxCostAtoms: max, deadline: 3 });
        let (cost, fee) = (signed(4), amount(5));
        let legs = legs.into_iter().map(|leg| OfferedLeg { series: leg.series, sizeWad: leg.sizeWad }).collect();
        let cross =
            IUnderwritten::crossTradeCall { maker: MAKER, taker: ACCOUNT, costAtoms: cost, feeAtoms: fee, legs };
        same_call(&cross);
    }
}

#[test]
fn an_order_is_read_as_the_general_codec_writes_it() {
    let order =
        UnderwritingOrder { account: ACCOUNT, vaultUnits: 2, makerUnits: 3, maxCostAtoms: signed(4), deadline: 5 };
    let data = order.abi_encode();
    assert_eq!(decode::<UnderwritingOrder>(&data), Some(order));
    assert_eq!(decode::<UnderwritingOrder>(&data[..data.len() - 1]), None);
}

#[test]
fn a_quote_is_as_the_general_codec_writes_it() {
    let quote = UnderwritingQuote {
        costAtoms: signed(1),
        vaultCostAtoms: signed(2),
        makerCostAtoms: signed(3),
        feeAtoms: amount(4),
        wholeCostAtoms: signed(5),
        unitsLeft: 6,
    };
    assert_eq!(words([0; 4], &quote)[4..], quote.abi_encode());
}

#[test]
fn events_are_as_the_general_codec_writes_them() {
    same_event(&TradeUnderwritten {
        digest: B256::repeat_byte(0xe5),
        taker: ACCOUNT,
        maker: MAKER,
        vaultUnits: 1,
        makerUnits: 2,
        vaultCostAtoms: signed(3),
        makerCostAtoms: signed(4),
        feeAtoms: amount(5),
        wholeCostAtoms: signed(6),
        filledUnits: 7,
    });
    same_event(&OffersCancelled { account: MAKER, nonce: amount(2), lastAt: 3 });
}
