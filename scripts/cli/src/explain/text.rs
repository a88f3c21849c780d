//! An explanation for people.

use std::fmt::Write;

use super::tree::{Call, Cause, Explanation, HostUse, Said, Step, Value};

/// The explanation as text: what failed and what to do, the tree of calls, ink by host call.
pub fn render(explained: &Explanation) -> String {
    let mut text = String::new();
    let came_to = if explained.status { "succeeded" } else { "failed" };
    let (used, limit) = (grouped(explained.gas_used), grouped(explained.gas_limit));
    // Writing to a string cannot fail.
    writeln!(text, "{} {came_to} with {used} gas of {limit}", explained.transaction).ok();
    if let Some(cause) = &explained.failure {
        write_cause(&mut text, cause);
    }
    text.push('\n');
    write_call(&mut text, &explained.call, "", "");
    if !explained.ink_by_host_call.is_empty() {
        write_ink(&mut text, explained);
    }
    text
}

fn write_cause(text: &mut String, cause: &Cause) {
    writeln!(text, "\n{}", said(&cause.error, &cause.arguments)).ok();
    writeln!(text, "  raised in {}", cause.raised_in).ok();
    if !cause.advice.is_empty() {
        writeln!(text, "  {}", cause.advice).ok();
    }
}

/// A call and all in it. `first` leads its own line, `rest` those below it.
fn write_call(text: &mut String, call: &Call, first: &str, rest: &str) {
    let kind = match call.kind.as_str() {
        "CALL" => String::new(),
        kind => format!("{} ", kind.to_lowercase()),
    };
    let value = call.value_wei.as_ref().map(|wei| format!(" with {wei} wei")).unwrap_or_default();
    let function = said(&call.function.name, &call.function.arguments);
    writeln!(text, "{first}{kind}{}.{function}{value}  {} gas", call.name, grouped(call.gas_used)).ok();
    let mut leaves = Vec::new();
    if let Some(Said { name, arguments }) = &call.error {
        leaves.push(format!("fails with {}", said(name, arguments)));
    } else if !call.returned.is_empty() {
        leaves.push(format!("returns {}", list(&call.returned)));
    }
    let lines = call.steps.len() + leaves.len();
    for (place, step) in call.steps.iter().enumerate() {
        let (branch, below) = branches(rest, place + 1 == lines);
        match step {
            Step::Call(inner) => write_call(text, inner, &branch, &below),
            Step::Event(Said { name, arguments }) => {
                writeln!(text, "{branch}emits {}", said(name, arguments)).ok();
            }
        }
    }
    for leaf in leaves {
        writeln!(text, "{}{leaf}", branches(rest, true).0).ok();
    }
}

fn branches(rest: &str, is_last: bool) -> (String, String) {
    if is_last {
        (format!("{rest}└─ "), format!("{rest}   "))
    } else {
        (format!("{rest}├─ "), format!("{rest}│  "))
    }
}

fn write_ink(text: &mut String, explained: &Explanation) {
    let (mut start, mut code) = (0, 0);
    sum_own(&explained.call, &mut start, &mut code);
    let mut rows: Vec<(&str, HostUse)> =
        explained.ink_by_host_call.iter().map(|(name, host)| (name.as_str(), *host)).collect();
    rows.sort_by_key(|(_, host)| std::cmp::Reverse(host.ink));
    writeln!(text, "\nInk of all programs (10,000 are one gas)").ok();
    writeln!(text, "  {:<24} {:>7} {:>15}", "code", "", grouped(code)).ok();
    writeln!(text, "  {:<24} {:>7} {:>15}", "starting", "", grouped(start)).ok();
    for (name, host) in rows {
        writeln!(text, "  {name:<24} {:>7} {:>15}", grouped(host.calls), grouped(host.ink)).ok();
    }
}

fn sum_own(call: &Call, start: &mut u64, code: &mut u64) {
    if let Some(ink) = &call.ink {
        *start += ink.start;
        *code += ink.code;
    }
    for step in &call.steps {
        if let Step::Call(inner) = step {
            sum_own(inner, start, code);
        }
    }
}

fn said(name: &str, arguments: &[Value]) -> String {
    if arguments.is_empty() && name.contains(' ') {
        return name.to_owned();
    }
    format!("{name}({})", list(arguments))
}

fn list(values: &[Value]) -> String {
    let value = |Value { name, shown, .. }: &Value| match name.as_str() {
        "" => shown.clone(),
        name => format!("{name}: {shown}"),
    };
    values.iter().map(value).collect::<Vec<_>>().join(", ")
}

fn grouped(number: u64) -> String {
    crate::report::grouped(number.into())
}
