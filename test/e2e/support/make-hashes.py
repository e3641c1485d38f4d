"""Prints accounts with hashes made by Python's own libraries, as NDJSON with the passwords."""
import base64
import hashlib
import json
import os

import argon2
import bcrypt
from passlib import hash as passlib

PASSWORDS = ["correct horse", "Zo\u00eb 1234", "\u0451\u30d1\u30b9", "x" * 72]


def b64(data):
    return base64.b64encode(data).decode().rstrip("=")


def scrypt(password):
    salt = os.urandom(16)
    key = hashlib.scrypt(password.encode(), salt=salt, n=1024, r=8, p=1, dklen=32)
    return f"$scrypt$ln=10,r=8,p=1${b64(salt)}${b64(key)}"


def pbkdf2(digest):
    def make(password):
        salt = os.urandom(16)
        key = hashlib.pbkdf2_hmac(digest, password.encode(), salt, 1000)
        return f"$pbkdf2-{digest}$i=1000${b64(salt)}${b64(key)}"

    return make


def salted(position):
    def make(password):
        salt = os.urandom(8)
        data = salt + password.encode() if position == "prefix" else password.encode() + salt
        return f"$sha256$salt={position}${b64(salt)}${b64(hashlib.sha256(data).digest())}"

    return make


def argon(kind):
    return argon2.PasswordHasher(time_cost=2, memory_cost=1024, parallelism=2, type=kind).hash


MAKERS = {
    "hashlib-scrypt": scrypt,
    "hashlib-pbkdf2-sha1": pbkdf2("sha1"),
    "hashlib-pbkdf2-sha256": pbkdf2("sha256"),
    "hashlib-pbkdf2-sha512": pbkdf2("sha512"),
    "hashlib-sha256-prefix": salted("prefix"),
    "hashlib-sha256-suffix": salted("suffix"),
    "bcrypt-2b": lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode(),
    "bcrypt-2a": lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(4, b"2a")).decode(),
    "argon2-i": argon(argon2.Type.I),
    "argon2-d": argon(argon2.Type.D),
    "argon2-id": argon(argon2.Type.ID),
    "passlib-pbkdf2-sha1": passlib.pbkdf2_sha1.using(rounds=1000).hash,
    "passlib-pbkdf2-sha256": passlib.pbkdf2_sha256.using(rounds=1000).hash,
    "passlib-pbkdf2-sha512": passlib.pbkdf2_sha512.using(rounds=1000).hash,
    "passlib-scrypt": passlib.scrypt.using(rounds=10).hash,
    "passlib-ldap-sha1": passlib.ldap_salted_sha1.hash,
    "passlib-ldap-sha256": passlib.ldap_salted_sha256.hash,
    "passlib-ldap-sha512": passlib.ldap_salted_sha512.hash,
    "passlib-django-pbkdf2-sha256": passlib.django_pbkdf2_sha256.using(rounds=1000).hash,
    "passlib-django-pbkdf2-sha1": passlib.django_pbkdf2_sha1.using(rounds=1000).hash,
}

for name, make in MAKERS.items():
    for number, password in enumerate(PASSWORDS):
        email = f"{name}-{number}@python.example"
        print(json.dumps({"email": email, "password": password, "password_hash": make(password)}))
