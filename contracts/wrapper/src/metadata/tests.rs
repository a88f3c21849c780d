use super::*;

fn text(write: impl Fn(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    text(|out| write_base64(out, bytes))
}

fn date(at: u64) -> String {
    text(|out| write_date(out, at))
}

fn wad(number: u128) -> String {
    text(|out| write_wad(out, number))
}

#[test]
fn base64_is_that_of_the_standards_test_vectors() {
    for (text, expected) in [
        ("", ""),
        ("f", "Zg=="),
        ("fo", "Zm8="),
        ("foo", "Zm9v"),
        ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ] {
        assert_eq!(base64(text.as_bytes()), expected);
    }
    assert_eq!(base64(&[0xfb, 0xff, 0xfe]), "+//+");
}

#[test]
fn dates_are_those_of_the_calendar() {
    assert_eq!(date(0), "1970-01-01");
    assert_eq!(date(951_782_400 - 1), "2000-02-28");
    assert_eq!(date(951_782_400), "2000-02-29");
    assert_eq!(date(951_868_800), "2000-03-01");
    assert_eq!(date(1_767_225_599), "2025-12-31");
    assert_eq!(date(1_767_225_600), "2026-01-01");
    assert_eq!(date(1_774_598_400), "2026-03-27");
    assert_eq!(date(4_107_542_400), "2100-03-01");
    assert_eq!(date(u64::MAX), "9999-12-31");
}

#[test]
fn every_day_of_four_centuries_follows_the_one_before() {
    let lengths = |year: u64| {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    };
    let mut at = 0;
    for year in 1970..2371 {
        for (month, length) in (1..).zip(lengths(year)) {
            for day in 1..=length {
                assert_eq!(date(at), format!("{year:04}-{month:02}-{day:02}"));
                at += DAY_SECS;
            }
        }
    }
}

#[test]
fn strikes_are_written_without_what_says_nothing() {
    assert_eq!(wad(3_200 * WAD), "3200");
    assert_eq!(wad(WAD / 2), "0.5");
    assert_eq!(wad(1), "0.000000000000000001");
    assert_eq!(wad(0), "0");
    assert_eq!(wad(1_234 * WAD + WAD / 4), "1234.25");
    assert_eq!(wad(u128::MAX), "340282366920938463463.374607431768211455");
}

#[test]
fn metadata_is_the_json_that_wallets_read() {
    let terms = Terms { underlying: b"ETH", strike_wad: 3_200 * WAD + WAD / 2, expiry: 1_774_598_400, is_put: true };
    let json = r#"{"name":"ETH 3200.5 put 2026-03-27","decimals":3,"properties":{"underlying":"ETH","strike":"3200.5","type":"put","expiry":1774598400}}"#;
    let expected = format!("data:application/json;base64,{}", base64(json.as_bytes()));
    assert_eq!(String::from_utf8(metadata_uri(terms)).unwrap(), expected);
}
