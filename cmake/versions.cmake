# Every pinned version of something from outside stands here, once.
# scripts/setup.sh reads the same lines: keep the form  set(NAME "value").
set(CORERT_CLASSLIB_VERSION "9.0.18")
set(CORERT_ILASM_VERSION "9.0.19") # 9.0.18 was never published
set(CORERT_LLVM_VERSION "19.1")
set(CORERT_MIMALLOC_SOURCE "2.0.9+ds-2") # version of the Debian source package
set(CORERT_LIBUNWIND_SOURCE "1.6.2-3")   # likewise
