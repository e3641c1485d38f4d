import { useId } from 'preact/hooks';

interface Props {
  label: string;
  name: string;
  hint?: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
}

/** A labelled choice. */
export function Select({ label, name, hint, value, options }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <select id={id} name={name} aria-describedby={hint && `${id}-hint`}>
        {options.map(([tag, text]) => (
          <option key={tag} value={tag} selected={tag === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
