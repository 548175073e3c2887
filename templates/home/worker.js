{% load static %}// The worker of this site: its two parts, and where things stand.
self.kontor = { home: "{% url 'home' %}", offline: "{% url 'offline' %}", token: "{% url 'token' %}", files: "{% get_static_prefix %}" };
importScripts("{% static 'kontor/worker/keeping.js' %}", "{% static 'kontor/worker/waiting.js' %}", "{% static 'kontor/worker/main.js' %}");
