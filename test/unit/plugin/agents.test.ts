import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentsOf } from '#plugin/agents.js';

const IMPLICIT = [{ id: 'main', name: 'main', default: true }];

test('a list has ids, names and the marked default, in its order', () => {
  const list = [
    { id: 'ops', name: 'Ops Agent' },
    { id: 'main', default: true, name: 'Main Agent' },
  ];
  assert.deepEqual(agentsOf({ agents: { list } }), [
    { id: 'ops', name: 'Ops Agent', default: false },
    { id: 'main', name: 'Main Agent', default: true },
  ]);
});

test('in a list without a marked default, the first agent is the default', () => {
  const defaults = agentsOf({ agents: { list: [{ id: 'a' }, { id: 'b' }] } }).map((agent) => agent.default);
  assert.deepEqual(defaults, [true, false]);
});

test('of two marked agents, the first is the default', () => {
  const list = [{ id: 'a' }, { id: 'b', default: true }, { id: 'c', default: true }];
  assert.deepEqual(
    agentsOf({ agents: { list } }).map((agent) => agent.default),
    [false, true, false],
  );
});

test('entries have their ids as keys, and the system agent is the default', () => {
  const agents = {
    ownership: 'explicit',
    defaults: { systemAgent: { agentId: 'ops' } },
    entries: { main: { name: 'Main Agent' }, ops: { name: 'Ops Agent' } },
  };
  assert.deepEqual(agentsOf({ agents }), [
    { id: 'main', name: 'Main Agent', default: false },
    { id: 'ops', name: 'Ops Agent', default: true },
  ]);
});

test('several entries without a system agent have no default; a single one is the default', () => {
  assert.ok(agentsOf({ agents: { entries: { a: {}, b: {} } } }).every((agent) => !agent.default));
  assert.deepEqual(agentsOf({ agents: { entries: { a: {} } } }), [{ id: 'a', name: 'a', default: true }]);
});

test('a missing system agent is no default', () => {
  const agents = { defaults: { systemAgent: { agentId: 'gone' } }, entries: { a: {}, b: {} } };
  assert.ok(agentsOf({ agents }).every((agent) => !agent.default));
});

test("an agent without a name gets its identity's name, else its id", () => {
  const list = [
    { id: 'a', identity: { name: 'Ada' } },
    { id: 'b', name: ' ' },
    { id: 'c', name: 7 },
  ];
  assert.deepEqual(
    agentsOf({ agents: { list } }).map(({ name }) => name),
    ['Ada', 'b', 'c'],
  );
});

for (const [what, config] of [
  ['nothing', undefined],
  ['no agents', {}],
  ['an empty list', { agents: { list: [] } }],
  ['empty entries', { agents: { entries: {} } }],
  ['agents that are no object', { agents: 'many' }],
  ['a list of nonsense', { agents: { list: [null, 7, 'a', {}, { id: '' }, { id: 3 }] } }],
  ['entries of nonsense', { agents: { entries: { a: null, b: 7 } } }],
] as const) {
  test(`${what} gives the one agent that every gateway has`, () => {
    assert.deepEqual(agentsOf(config), IMPLICIT);
  });
}
