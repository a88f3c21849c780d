//! The JSON-RPC envelope. jsonrpsee calls JSON that is no request object a parse error; the specification wants an
//! invalid request, and this layer in front of it answers so.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use http_body_util::{BodyExt, Limited};
use jsonrpsee::{
    core::{BoxError, JsonValue},
    server::{http::response, HttpBody, HttpRequest, HttpResponse},
    types::{ErrorCode, Id, Response, ResponsePayload},
};
use serde::{de::IgnoredAny, Deserialize};
use tower::Service;

use super::MAX_REQUEST_BYTES;

/// Refuses bodies that are JSON, but neither a request object nor a batch.
#[derive(Clone, Debug)]
pub(super) struct RefuseNonRequests<S>(pub(super) S);

impl<S> Service<HttpRequest> for RefuseNonRequests<S>
where
    S: Service<HttpRequest, Response = HttpResponse, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = HttpResponse;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        // The service that was polled ready is the one to call.
        let next = self.0.clone();
        let mut ready = mem::replace(&mut self.0, next);
        Box::pin(async move {
            // Everything else, WebSockets included, is not for here.
            if request.method() != "POST" {
                return ready.call(request).await;
            }
            let (parts, body) = request.into_parts();
            let limit = usize::try_from(MAX_REQUEST_BYTES)?;
            let Ok(body) = Limited::new(body, limit).collect().await else {
                return Ok(response::too_large(MAX_REQUEST_BYTES));
            };
            let body = body.to_bytes();
            if is_no_request(&body) {
                return invalid_request();
            }
            ready.call(HttpRequest::from_parts(parts, HttpBody::from(body.to_vec()))).await
        })
    }
}

/// The members that tell a request from other objects.
#[derive(Deserialize)]
struct Members {
    jsonrpc: Option<JsonValue>,
    method: Option<JsonValue>,
    id: Option<IgnoredAny>,
    params: Option<JsonValue>,
}

/// Whether a body is JSON that jsonrpsee would take for a parse error.
fn is_no_request(body: &[u8]) -> bool {
    match body.trim_ascii_start().first() {
        Some(b'[') => false,
        Some(b'{') => serde_json::from_slice::<Members>(body).is_ok_and(|members| !members.is_request()),
        _ => serde_json::from_slice::<IgnoredAny>(body).is_ok(),
    }
}

impl Members {
    /// What has an id is left to jsonrpsee, which answers with that id.
    fn is_request(&self) -> bool {
        let versioned = matches!(&self.jsonrpc, Some(JsonValue::String(version)) if version == "2.0");
        let named = matches!(self.method, Some(JsonValue::String(_)));
        let parameters = matches!(self.params, None | Some(JsonValue::Array(_) | JsonValue::Object(_)));
        self.id.is_some() || (versioned && named && parameters)
    }
}

fn invalid_request() -> Result<HttpResponse, BoxError> {
    let error = ResponsePayload::<()>::error(ErrorCode::InvalidRequest);
    Ok(response::ok_response(serde_json::to_string(&Response::new(error, Id::Null))?))
}

#[cfg(test)]
mod tests {
    use super::is_no_request;

    #[test]
    fn only_json_that_is_no_request_is_refused_here() {
        for body in ["7", "null", "\"eth_chainId\"", "{}", " {\"jsonrpc\":\"2.0\"}", "{\"method\":\"a\"}"] {
            assert!(is_no_request(body.as_bytes()), "{body}");
        }
        assert!(is_no_request(b"{\"jsonrpc\":\"2.0\",\"method\":1,\"params\":\"bar\"}"));
        assert!(is_no_request(b"{\"jsonrpc\":\"1.0\",\"method\":\"a\"}"));
        for body in ["", "{", "nonsense", "[]", "[1]", "{\"id\":1}", "{\"jsonrpc\":\"2.0\",\"method\":\"a\"}"] {
            assert!(!is_no_request(body.as_bytes()), "{body}");
        }
    }
}
