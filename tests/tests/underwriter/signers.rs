//! Makers that are contracts and sign by ERC-1271.

use alloy_primitives::{hex, Address, Bytes};
use alloy_sol_types::SolCall;
use equipoise_interfaces::{account, IClearing, IMarket, IUnderwriter, SignatureInvalid};
use equipoise_tests::{TestMarket, TOKEN};

use crate::fixture::FAR;
use crate::offering::offer_of;
use crate::stage::{Stage, RICH};

/// What a contract answers for yes.
const MAGIC: [u8; 4] = [0x16, 0x26, 0xba, 0x7e];

/// A contract that signs whatever it is asked for, as long as the call it then makes fails.
fn prying(target: Address, data: &[u8]) -> Bytes {
    let mut code = Vec::new();
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    // The code comes before the data.
    let offset = 62u16.to_be_bytes();
    code.extend([0x61, length[0], length[1], 0x61, offset[0], offset[1], 0x60, 0, 0x39]); // CODECOPY
    code.extend([0x60, 0, 0x60, 0, 0x61, length[0], length[1], 0x60, 0, 0x73]);
    code.extend(target.as_slice());
    code.extend([0x62, 0x0f, 0x42, 0x40, 0xfa, 0x15, 0x63]); // STATICCALL with a million of gas, ISZERO
    code.extend(MAGIC);
    code.extend([0x60, 0xe0, 0x1b, 0x02]); // SHL to the left of the word, MUL
    code.extend([0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3]);
    assert_eq!(code.len(), 62);
    code.extend(data);
    code.into()
}

#[test]
fn a_contract_makes_offers_that_it_confirms() {
    let mut stage = Stage::open();
    let maker = stage.market.world.deploy("TestMarket", Vec::new());
    stage.enrol(maker, RICH);
    let offer = offer_of(maker, &stage.call(), 10);
    let taker = stage.taker;
    let digest = stage.market.world.read(stage.underwriter, &IUnderwriter::digestOfCall { offer: offer.clone() });
    let refused = stage.bring(taker, stage.order(1, 4), &offer, Bytes::new()).unwrap_err();
    refused.expect(&SignatureInvalid { signer: maker, digest });
    stage.market.world.send(taker, maker, &TestMarket::confirmCall { digest }).unwrap();
    let told = stage.bring(taker, stage.order(1, 4), &offer, Bytes::new()).unwrap();
    assert_eq!((told.maker, told.filledUnits), (account::of(maker), 4));
}

#[test]
fn a_contract_that_signs_finds_every_door_closed() {
    let mut stage = Stage::open();
    let maker = Address::repeat_byte(0x77);
    stage.enrol(maker, RICH);
    let (taker, underwriter) = (stage.taker, stage.underwriter);
    let (market, clearing) = (stage.market.market, stage.market.clearing);
    let offer = offer_of(maker, &stage.call(), 1_000);
    let order = stage.order(1, 1);
    let signature = Bytes::from(hex!("00"));
    let again = IUnderwriter::tradeCall { order: order.clone(), offer: offer.clone(), signature: Bytes::new() };
    let quote = IUnderwriter::quoteCall { order: order.clone(), offer: offer.clone() };
    let legs = stage.call();
    let buy = IMarket::tradeCall { legs: legs.clone(), maxCostAtoms: alloy_primitives::I256::MAX, deadline: FAR };
    let withdraw = IClearing::withdrawCall { amountAtoms: alloy_primitives::U256::from(TOKEN) };
    let doors = [
        ("underwriter.trade", underwriter, again.abi_encode()),
        ("underwriter.quote", underwriter, quote.abi_encode()),
        ("market.quote", market, IMarket::quoteCall { legs }.abi_encode()),
        ("market.trade", market, buy.abi_encode()),
        ("clearing.withdraw", clearing, withdraw.abi_encode()),
        ("clearing.cashOf", clearing, IClearing::cashOfCall { account: offer.account }.abi_encode()),
    ];
    for (name, target, data) in doors {
        stage.market.world.chain.set_code(maker, prying(target, &data));
        let told = stage.bring(taker, order.clone(), &offer, signature.clone());
        assert!(told.is_ok(), "{name} works in the middle of a signature: {told:?}");
    }
    // That it does tell: what may be asked for at any time makes it refuse.
    stage.market.world.chain.set_code(maker, prying(clearing, &IClearing::isLockedCall {}.abi_encode()));
    let refused = stage.bring(taker, order, &offer, signature).unwrap_err();
    assert!(refused.decode::<SignatureInvalid>().is_some(), "{refused:?}");
}
