fn main() {
    let mut n = 0u64;
    loop {
        let now = unsafe { std::ptr::read_volatile(&n) };
        n = now.wrapping_add(1);
    }
}
