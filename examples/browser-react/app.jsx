import { logIn, logOut, useSession } from './session.js';

export function App() {
  const { user, text, busy } = useSession();
  return (
    <main>
      {user === null && <LogIn busy={busy} />}
      {user && (
        <section>
          <h1>{user.full_name}</h1>
          <button type="button" disabled={busy} onClick={logOut}>
            Log out
          </button>
        </section>
      )}
      <p role="status">{text}</p>
    </main>
  );
}

function LogIn({ busy }) {
  // Not `action`: React would empty the fields also after a wrong password.
  const submit = (event) => {
    event.preventDefault();
    void logIn(Object.fromEntries(new FormData(event.currentTarget)));
  };
  return (
    <form method="post" onSubmit={submit}>
      <p>
        <label>
          E-mail <input name="email" type="email" autoComplete="username" required />
        </label>
      </p>
      <p>
        <label>
          Password <input name="password" type="password" autoComplete="current-password" required />
        </label>
      </p>
      <button disabled={busy}>Log in</button>
    </form>
  );
}
