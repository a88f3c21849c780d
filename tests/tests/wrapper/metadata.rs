//! What wallets show.

use alloy_primitives::U256;
use equipoise_interfaces::{IWrapper, MarketBoardUnknown, WrapperSeriesUnknown};

use crate::fixture::{call_of, put_of, setup, Setup, EXPIRIES};

/// Decodes base 64.
/// # Source: RFC 4648, section 4
fn decode_base64(text: &str) -> String {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
    for digit in text.trim_end_matches('=').chars() {
        bits = bits << 6 | digits.find(digit).unwrap() as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf8(bytes).unwrap()
}

impl Setup {
    fn metadata(&mut self, series: u32) -> serde_json::Value {
        let uri = self.world.read(self.wrapper, &IWrapper::uriCall { id: U256::from(series) });
        let text = uri.strip_prefix("data:application/json;base64,").unwrap();
        serde_json::from_str(&decode_base64(text)).unwrap()
    }
}

#[test]
fn metadata_names_the_option() {
    let mut setup = setup();
    let call = setup.metadata(call_of(1, 1));
    assert_eq!(call["name"], "ETH 3200 call 2026-03-27");
    assert_eq!(call["decimals"], 3);
    assert_eq!(call["properties"]["underlying"], "ETH");
    assert_eq!(call["properties"]["strike"], "3200");
    assert_eq!(call["properties"]["type"], "call");
    assert_eq!(call["properties"]["expiry"], EXPIRIES[0]);
    assert_eq!(setup.metadata(put_of(2, 2))["name"], "ETH 3400 put 2026-04-03");
}

#[test]
fn what_the_market_does_not_list_has_no_metadata() {
    let mut setup = setup();
    let unknown = |id| IWrapper::uriCall { id };
    let wrapper = setup.wrapper;
    for id in [U256::ZERO, U256::MAX, U256::from(call_of(1, 3))] {
        setup.world.view(wrapper, &unknown(id)).unwrap_err().expect(&WrapperSeriesUnknown { id });
    }
    let refused = setup.world.view(wrapper, &unknown(U256::from(call_of(9, 0))));
    refused.unwrap_err().expect(&MarketBoardUnknown { board: 9 });
}
