#include <cstring>

#include "check.h"

/** Runs all tests, or those whose name holds the first argument. */
int main(int argc, char** argv) {
  std::size_t ran = 0;
  for (const auto& test : lto::test::tests()) {
    if (argc > 1 && std::strstr(test.name, argv[1]) == nullptr) continue;
    std::printf("%s\n", test.name);
    std::fflush(stdout);
    test.body();
    ran += 1;
  }
  std::printf("%zu passed\n", ran);
  return ran > 0 ? 0 : 1;
}
