"""What the API is measured against: REST framework's own view of one row, without keys, rates, repeats or rules."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Organization


class PlainSerializer(serializers.ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields = ["uuid", "name", "email", "created_at"]


class PlainView(APIView):
    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    def get(self, request: Request, number: int) -> Response:
        return Response(PlainSerializer(Organization.objects.get(pk=number)).data)
