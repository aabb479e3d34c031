import { describe, expect, test } from 'vitest';
import { allows, parsePolicies, type Directive } from './content-security-policy.js';

const page = 'https://shop.example/c/walls';

describe('a Content-Security-Policy', () => {
  test.each<[string, Directive, string, boolean]>([
    ["script-src 'self'", 'script-src', 'https://shop.example/homebody.iife.js', true],
    ["script-src 'self'", 'script-src', 'https://cdn.example/homebody.iife.js', false],
    ["script-src 'self'", 'script-src', 'http://shop.example/homebody.iife.js', false],
    ["default-src 'self'", 'script-src', 'https://shop.example/x.js', true],
    ["default-src 'none'; script-src cdn.example", 'script-src', 'https://cdn.example/x.js', true],
    ['script-src *.example', 'script-src', 'https://cdn.example/x.js', true],
    ['script-src *.cdn.example', 'script-src', 'https://cdn.example/x.js', false],
    ['script-src https:', 'script-src', 'https://anything.test/x.js', true],
    ['script-src https://cdn.example:8443', 'script-src', 'https://cdn.example/x.js', false],
    ['script-src https://cdn.example:*', 'script-src', 'https://cdn.example:81/x.js', true],
    ['script-src https://cdn.example/lib/', 'script-src', 'https://cdn.example/lib/x.js', true],
    ['script-src https://cdn.example/lib/x.js', 'script-src', 'https://cdn.example/lib/storefront.js', false],
    ["script-src 'none'", 'script-src', 'https://shop.example/x.js', false],
    ["worker-src 'self'", 'worker-src', 'blob:', false],
    ['worker-src blob:', 'worker-src', 'blob:', true],
    ['worker-src *', 'worker-src', 'blob:', false],
    ["script-src 'self' blob:", 'worker-src', 'blob:', true],
    ["child-src blob:; script-src 'self'", 'worker-src', 'blob:', true],
    ["worker-src 'none'; script-src blob:", 'worker-src', 'blob:', false],
    ["img-src 'self'", 'connect-src', 'https://rounds.example/v1/tasks/x', true],
    ["connect-src 'self'", 'connect-src', 'https://rounds.example/v1/tasks/x', false],
    ['connect-src http://localhost:8080', 'connect-src', 'http://localhost:8080/v1', true],
    ["script-src 'nonce-abc' 'strict-dynamic' https:", 'script-src', 'https://shop.example/x.js', false],
  ])('%s: %s of %s is %s', (text, directive, url, expected) => {
    expect(allows(parsePolicies([text]), directive, url, page)).toBe(expected);
  });

  test('a nonce lets its own script in', () => {
    const policies = parsePolicies(["script-src 'nonce-abc'"]);
    expect(allows(policies, 'script-src', 'https://cdn.example/x.js', page, 'abc')).toBe(true);
    expect(allows(policies, 'script-src', 'https://cdn.example/x.js', page, 'other')).toBe(false);
  });

  test('all policies must allow', () => {
    const policies = parsePolicies(["script-src 'self', default-src 'none'"]);
    expect(policies).toHaveLength(2);
    expect(allows(policies, 'script-src', 'https://shop.example/x.js', page)).toBe(false);
  });
});
