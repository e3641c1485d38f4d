import { databaseLabel } from './database-url.js';

describe('databaseLabel', () => {
  it.each([
    ['postgres://user:hunter2@db:6432/x?sslmode=require', 'postgresql://db:6432/x'],
    ['postgresql://db/x', 'postgresql://db:5432/x'],
    ['postgresql:///x?host=/run/pg', 'postgresql:///run/pg:5432/x'],
  ])('shows %s without user name, password and options', (url, label) => {
    expect(databaseLabel(url)).toBe(label);
  });
});
