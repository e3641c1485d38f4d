<?php
// Prints accounts with hashes made by PHP's own functions, as NDJSON with the passwords.
$kinds = [
    'bcrypt' => [PASSWORD_BCRYPT, ['cost' => 5]],
    'default' => [PASSWORD_DEFAULT, []],
    'argon2i' => [PASSWORD_ARGON2I, ['memory_cost' => 1024, 'time_cost' => 2, 'threads' => 1]],
    'argon2id' => [PASSWORD_ARGON2ID, []],
];
$passwords = ['correct horse', "Zo\u{eb} 1234", "\u{451}\u{30d1}", str_repeat('long ', 20)];
foreach ($kinds as $name => [$algorithm, $options]) {
    foreach ($passwords as $number => $password) {
        $hash = password_hash($password, $algorithm, $options);
        echo json_encode(['email' => "$name-$number@php.example", 'password' => $password, 'password_hash' => $hash]), "\n";
    }
}
$salt = random_bytes(16);
$key = hash_pbkdf2('sha512', 'correct horse', $salt, 1000, 64, true);
$hash = '$pbkdf2-sha512$i=1000$' . rtrim(base64_encode($salt), '=') . '$' . rtrim(base64_encode($key), '=');
echo json_encode(['email' => 'pbkdf2@php.example', 'password' => 'correct horse', 'password_hash' => $hash]), "\n";
