//! What `no_std` leaves to the program; the allocator is the SDK's `mini-alloc`.

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
