#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

/** The smallest test runner that does: a failed CHECK ends the program with its place. */
namespace lto::test {

struct Test {
  const char* name;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline bool add(const char* name, std::function<void()> body) {
  tests().push_back({name, std::move(body)});
  return true;
}

[[noreturn]] inline void fail(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
  std::abort();
}

}  // namespace lto::test

#define CHECK(...)                                                         \
  do {                                                                     \
    if (!(__VA_ARGS__)) lto::test::fail(__FILE__, __LINE__, #__VA_ARGS__); \
  } while (false)

#define TEST(name)                                                     \
  static void test_##name();                                           \
  static const bool added_##name = lto::test::add(#name, test_##name); \
  static void test_##name()
